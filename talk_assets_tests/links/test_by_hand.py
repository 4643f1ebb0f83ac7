"""Links a person makes or takes away."""

import pytest

from talk_assets.links.by_hand import link_by_hand, unlink_by_hand
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.store import reviews
from talk_assets.store.selfcheck import problems

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture
def doubles(twins):
    """Two Salesforce contacts and one of Customerp share an address: nobody can tell which is which."""
    here = [twins.add("contact", SALESFORCE, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="post@x.no", job_title="Buyer")
    twins.cycle(**ONLY)
    return *here, there


def link(twins, here, there, pair="contact"):
    ids = {SALESFORCE: here, CUSTOMERP: there}
    link_by_hand(twins.db, twins.pairs[pair], twins.pairs, ids, by="kari", now=twins.clock())


def unlink(twins, record, pair="contact"):
    return unlink_by_hand(twins.db, twins.pairs[pair], twins.pairs, record, by="kari", now=twins.clock())


def in_review(twins):
    return sorted(reviews.waiting(twins.db, "contact")["record_id"].to_list())


def test_a_person_links_two_records_in_review(twins, doubles):
    """They come into step as at a first sync; the third stays in review, and no record is made."""
    berg, dahl, there = doubles
    assert in_review(twins) == sorted(doubles)
    link(twins, berg, there)
    twins.settle()

    assert twins.get("contact", SALESFORCE, berg)["job_title"] == "Buyer"
    assert in_review(twins) == [dahl]
    assert [len(twins.live("contact", system)) for system in System] == [2, 1]
    assert twins.db.rows("SELECT what, said_by FROM links.said") == [("linked", "kari")]


def test_what_is_linked_deleted_or_unknown_is_refused(twins, doubles):
    """A link is never re-pointed by mistake; the message names what it is linked to."""
    berg, dahl, there = doubles
    link(twins, berg, there)
    with pytest.raises(ConfigurationError, match=f"is linked to Salesforce {berg}"):
        link(twins, dahl, there)
    with pytest.raises(ConfigurationError, match="was never read from Customerp"):
        link(twins, dahl, "C999")
    twins.remove("contact", SALESFORCE, dahl)
    twins.cycle(**ONLY)
    with pytest.raises(ConfigurationError, match="is deleted in Salesforce"):
        link(twins, dahl, there)


def test_unlinked_records_are_left_alone_until_a_person_links_them(twins):
    """Neither their keys nor their values link them again, and nothing is made for either."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@x.no")
    twins.settle()
    here = twins.other("contact", CUSTOMERP, there)
    assert unlink(twins, there) == (here, there)
    twins.edit("contact", CUSTOMERP, there, job_title="Boss")
    twins.settle()

    assert in_review(twins) == sorted([here, there])
    assert [len(twins.live("contact", system)) for system in System] == [1, 1]
    assert twins.get("contact", SALESFORCE, here)["job_title"] is None
    assert problems(twins.db, twins.pairs.values()).is_empty()

    link(twins, here, there)
    twins.settle()
    assert twins.get("contact", SALESFORCE, here)["job_title"] == "Boss"
    assert in_review(twins) == []


def test_unlinking_a_document_unlinks_its_lines(twins):
    """A line never belongs to a document it is not on."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="9.90")
    lines = [{"product": lamp, "quantity": "1", "unit_price": "9.90"}]
    order = twins.add("order", CUSTOMERP, company="Fjord AS", order_date="2026-03-01", lines=lines)
    twins.settle()
    written = twins.writes
    unlink(twins, order, "order")
    twins.settle()

    assert (twins.writes, twins.db.count("SELECT count(*) FROM links.order_line")) == (written, 0)
    line = next(iter(twins.live("order_line", SALESFORCE)))
    with pytest.raises(ConfigurationError, match="which are not linked"):
        link(twins, line, next(iter(twins.live("order_line", CUSTOMERP))), "order_line")
