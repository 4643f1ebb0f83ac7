"""Matching over the store: which record becomes which, and how a record leaves review."""

from talk_assets.model.system import System
from talk_assets.store import reviews

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


def in_review(twins):
    return sorted(reviews.waiting(twins.db, "contact")["record_id"].to_list())


def linked(twins):
    rows = twins.db.rows('SELECT salesforce_id, customerp_id FROM links."contact"')
    return sorted((str(s), str(c)) for s, c in rows)


def test_same_mailbox_is_the_same_person(twins):
    """E-mail addresses match up to case and nothing is created."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="Berg@Example.com")
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@example.com")
    report = twins.cycle(**ONLY)

    assert linked(twins) == [(here, there)]
    assert (report.tallies["contact"].linked, twins.sent()) == (1, [])


def test_a_shared_mailbox_is_for_a_person(twins):
    """Two records with one address: nothing is linked and nothing created for any of them."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="post@example.com")
    there = [twins.add("contact", CUSTOMERP, last_name=name, email="post@example.com") for name in ("Berg", "Dahl")]
    report = twins.cycle(**ONLY)

    assert (linked(twins), twins.sent(), report.exit_code) == ([], [], 1)
    assert in_review(twins) == sorted([here, *there])


def test_review_ends_by_a_link_when_one_candidate_is_left(twins):
    """When the double is deleted the two that remain are linked, and nothing is left to look at."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="post@example.com")
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="post@example.com")
    double = twins.add("contact", CUSTOMERP, last_name="Dahl", email="post@example.com")
    twins.cycle(**ONLY)
    twins.remove("contact", CUSTOMERP, double)
    report = twins.cycle(**ONLY)

    assert linked(twins) == [(here, there)]
    assert (in_review(twins), report.exit_code) == ([], 0)


def test_review_ends_by_a_creation_when_nobody_is_like_it_any_more(twins):
    """A record whose double was given another address gets its counterpart though it did not move itself."""
    first = twins.add("contact", CUSTOMERP, last_name="Berg", email="post@example.com")
    second = twins.add("contact", CUSTOMERP, last_name="Dahl", email="post@example.com")
    twins.cycle(**ONLY)
    twins.edit("contact", CUSTOMERP, second, email="dahl@example.com")
    twins.cycle(**ONLY)

    assert in_review(twins) == []
    assert {there for _, there in linked(twins)} == {first, second}
    assert len(twins.live("contact", SALESFORCE)) == 2


def test_nobody_is_linked_twice_by_two_keys(twins):
    """A person found by e-mail is taken: somebody else of that name is reviewed, not linked to him too."""
    same = twins.add("contact", CUSTOMERP, last_name="Berg-Dahl", email="a@x.no")
    here = twins.add("contact", SALESFORCE, last_name="Berg", first_name="Ane", phone="+4722334455", email="a@x.no")
    like = twins.add("contact", CUSTOMERP, last_name="Berg", first_name="Ane", phone="+4722334455")
    twins.cycle(**ONLY)

    assert linked(twins) == [(here, same)]
    assert in_review(twins) == [like]


def test_deleted_record_leaves_review(twins):
    """What is gone needs nobody's decision."""
    doubles = [twins.add("contact", CUSTOMERP, last_name=name, email="post@example.com") for name in ("Berg", "Dahl")]
    twins.cycle(**ONLY)
    for record in doubles:
        twins.remove("contact", CUSTOMERP, record)
    report = twins.cycle(**ONLY)

    assert (in_review(twins), report.exit_code, twins.sent()) == ([], 0, [])


def test_a_double_of_a_linked_person_is_reviewed(twins):
    """A second record with a linked one's address is not new."""
    twins.add("contact", SALESFORCE, last_name="Berg", email="a@x.no")
    twins.cycle(**ONLY)
    double = twins.add("contact", SALESFORCE, last_name="Berg", email="A@x.no")
    twins.cycle(**ONLY)

    assert in_review(twins) == [double]
    assert len(twins.live("contact", CUSTOMERP)) == 1


def test_record_that_carries_the_other_ends_id_is_linked(twins):
    """A person may store the other end's id as the key; it says more than any property."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@x.no")
    here = twins.add("contact", SALESFORCE, key=there, last_name="Dahl", email="dahl@x.no")
    twins.cycle(**ONLY)

    assert linked(twins) == [(here, there)]


def test_creation_that_was_not_booked_is_adopted_with_later_edits_kept(twins):
    """A counterpart made by us just before a crash is linked; edits made since on either end both travel."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", job_title="Buyer", department="North")

    def crash(system, kind, moment):
        if (system, kind, moment) == (SALESFORCE, "write", "after"):
            raise ConnectionError

    twins.ends[SALESFORCE].step = crash
    try:
        twins.cycle(**ONLY)
    except ConnectionError:
        twins.ends[SALESFORCE].step = None
    here = twins.only("contact", SALESFORCE)["id"]
    twins.edit("contact", SALESFORCE, here, job_title="Head of buying")
    twins.edit("contact", CUSTOMERP, there, department="South")
    twins.settle()

    assert linked(twins) == [(here, there)]
    for system, record in ((SALESFORCE, here), (CUSTOMERP, there)):
        values = twins.get("contact", system, record)
        assert (values["job_title"], values["department"]) == ("Head of buying", "South")
