"""Two records that a person said are two things: never proposed to each other again, each with its own counterpart."""

import pytest

from talk_assets.links.apart import separate_by_hand
from talk_assets.links.by_hand import link_by_hand, unlink_by_hand
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.store import reviews
from talk_assets.store.selfcheck import problems

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


def about(decide, twins, here, there, pair="contact"):
    ids = {SALESFORCE: here, CUSTOMERP: there}
    decide(twins.db, twins.pairs[pair], twins.pairs, ids, by="kari", now=twins.clock())


def separate(twins, *ids, pair="contact"):
    about(separate_by_hand, twins, *ids, pair=pair)


def unlink(twins, record, pair="contact"):
    return unlink_by_hand(twins.db, twins.pairs[pair], twins.pairs, record, by="kari", now=twins.clock())


def in_review(twins):
    return set(reviews.waiting(twins.db, "contact")["record_id"])


def counts(twins, name="contact"):
    return [len(twins.live(name, system)) for system in System]


def at_rest(twins):
    before = (twins.dump(), twins.writes)
    for options in ({}, {"full": True}):
        twins.cycle(**ONLY, **options)
    assert (twins.dump(), twins.writes) == before
    assert problems(twins.db, twins.pairs.values()).is_empty()


@pytest.fixture
def doubles(twins):
    """Two Salesforce contacts and one of Customerp share an address: nobody can tell which is which."""
    here = [twins.add("contact", SALESFORCE, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="post@x.no", job_title="Buyer")
    twins.cycle(**ONLY)
    return *here, there


def test_the_one_candidate_left_is_linked(twins, doubles):
    """Who is told that one of two is somebody else knows which it is; the other is made on its own."""
    berg, dahl, there = doubles
    separate(twins, dahl, there)
    twins.cycle(**ONLY)

    assert twins.other("contact", CUSTOMERP, there) == berg
    assert counts(twins) == [2, 2]
    assert twins.get("contact", CUSTOMERP, twins.other("contact", SALESFORCE, dahl))["last_name"] == "Dahl"
    assert in_review(twins) == set()
    at_rest(twins)


def test_a_record_separate_from_all_others_is_made_anew(twins, doubles):
    """Each of the three gets a counterpart of its own, and later edits propose nothing again."""
    *here, there = doubles
    for record in here:
        separate(twins, record, there)
    twins.cycle(**ONLY)
    twins.edit("contact", CUSTOMERP, there, department="South")
    twins.edit("contact", SALESFORCE, here[0], department="West")
    twins.cycle(**ONLY)

    assert counts(twins) == [3, 3]
    assert {twins.other("contact", SALESFORCE, record) for record in here} & {there} == set()
    assert in_review(twins) == set()
    at_rest(twins)


def test_two_that_nothing_else_shares_their_address_with_are_both_made(twins):
    """They would be linked at once; said before, after their first link was taken away."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="post@x.no")
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="post@x.no")
    twins.cycle(**ONLY)
    unlink(twins, here)
    twins.cycle(**ONLY)
    assert in_review(twins) == {here, there}
    separate(twins, here, there)
    assert in_review(twins) == set()
    twins.cycle(**ONLY)

    assert counts(twins) == [2, 2]
    assert twins.other("contact", SALESFORCE, here) != there
    at_rest(twins)


@pytest.mark.parametrize("origin", System)
def test_what_was_made_from_the_other_gets_a_counterpart_of_its_own(twins, origin):
    """The copy carries the other's key: neither is taken for the other by it, and no key is given twice."""
    made = twins.add("contact", origin, last_name="Berg", email="berg@x.no")
    twins.cycle(**ONLY)
    ids = {origin: made, origin.other: twins.other("contact", origin, made)}
    unlink(twins, made)
    separate(twins, ids[SALESFORCE], ids[CUSTOMERP])
    twins.cycle(**ONLY)
    twins.edit("contact", origin, made, job_title="Boss")
    twins.cycle(**ONLY)

    assert counts(twins) == [2, 2]
    assert twins.get("contact", origin.other, ids[origin.other])["job_title"] is None
    assert twins.get("contact", origin.other, twins.other("contact", origin, made))["job_title"] == "Boss"
    at_rest(twins)


def test_lines_of_separate_documents_are_separate(twins):
    """Each order is made on the other end whole."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="9.90")
    lines = [{"product": lamp, "quantity": "1", "unit_price": "9.90"}]
    there = twins.add("order", CUSTOMERP, company="Fjord AS", order_date="2026-03-01", lines=lines)
    twins.settle()
    here, _ = unlink(twins, there, "order")
    separate(twins, here, there, pair="order")
    twins.settle()

    assert (counts(twins, "order"), counts(twins, "order_line")) == ([2, 2], [2, 2])
    before = (twins.dump(), twins.writes)
    twins.cycle(full=True)
    assert (twins.dump(), twins.writes) == before


def test_a_link_by_hand_takes_it_back(twins, doubles):
    """The last word counts."""
    berg, _, there = doubles
    separate(twins, berg, there)
    about(link_by_hand, twins, berg, there)
    twins.cycle(**ONLY)

    assert twins.other("contact", CUSTOMERP, there) == berg


def test_what_is_linked_unknown_or_said_already_is_refused(twins, doubles):
    """The message names the way on."""
    berg, dahl, there = doubles
    separate(twins, dahl, there)
    with pytest.raises(ConfigurationError, match="are separate already"):
        separate(twins, dahl, there)
    with pytest.raises(ConfigurationError, match="was never read from Customerp"):
        separate(twins, dahl, "C999")
    twins.cycle(**ONLY)
    with pytest.raises(ConfigurationError, match=f"talk unlink contact {berg}"):
        separate(twins, berg, there)
