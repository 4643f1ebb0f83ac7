"""Every record is in step or apart with a cause, and what has no cause is found."""

import pytest

from talk_assets.audit.compare import audit_pair
from talk_assets.entities import PAIRS
from talk_assets.model.changes import Op, Problem
from talk_assets.model.system import System
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
CONTACT = PAIRS["contact"]


def audited(twins, name="contact"):
    return audit_pair(twins.session(), PAIRS[name])


def person(twins, name, end=CUSTOMERP, **values):
    return twins.add("contact", end, last_name=name, email=f"{name}@example.com", **values)


@pytest.fixture
def people(twins):
    """Three contacts in step."""
    records = [person(twins, name) for name in ("berg", "dahl", "lund")]
    twins.settle()
    return records


def test_records_in_step_are_counted_and_nothing_else_is_said(twins, people):
    """An address that differs only in case is the same address."""
    twins.edit("contact", SALESFORCE, twins.other("contact", CUSTOMERP, people[0]), email="BERG@example.com")
    twins.settle()
    found = audited(twins)

    assert (found.linked, found.in_step, found.gone, found.unexplained) == (3, 3, 0, 0)
    assert not found.drifted
    assert not found.properties
    assert found.alone == {SALESFORCE: {}, CUSTOMERP: {}}


def test_each_difference_has_its_cause(twins, people):
    """A change on its way, one that was refused, one that the other end cannot hold; each under its property."""
    twins.customerp_refusals.append(
        lambda _, op, values: (
            Problem(code="no", message="No.", property="jobTitle", properties=("jobTitle",))
            if op is Op.UPDATE and "jobTitle" in values
            else None
        )
    )
    here = [twins.other("contact", CUSTOMERP, record) for record in people]
    twins.edit("contact", SALESFORCE, here[0], job_title="Clerk")
    twins.edit("contact", SALESFORCE, here[1], salutation="Sir")
    twins.settle()
    twins.edit("contact", SALESFORCE, here[2], department="Sales")
    twins.cycle(dry_run=True)
    found = audited(twins)

    assert found.properties == {
        "salutation": {"held": 1},
        "job_title": {"refused": 1},
        "department": {"pending": 1},
    }
    assert found.drifted == {"refused": 1, "held": 1, "pending": 1}
    assert (found.in_step, found.unexplained) == (0, 0)
    assert found.examples.select("cause", "salesforce_id", "property").rows() == [
        ("refused", here[0], "job_title"),
        ("held", here[1], "salutation"),
        ("pending", here[2], "department"),
    ]


def test_conflict_and_quarantine_are_causes(people, twins):
    """Of a record that cannot be read now, what is known is old."""
    there = twins.other("contact", CUSTOMERP, people[0])
    twins.edit("contact", CUSTOMERP, people[0], first_name="W" * 60)
    twins.cycle(dry_run=True)
    twins.edit("contact", SALESFORCE, there, job_title="Clerk")
    twins.cycle(dry_run=True)

    assert audited(twins).properties == {"job_title": {"quarantined": 1}}


def test_record_that_stands_alone_says_why(twins, people):
    """In review, in quarantine, deleted on the other end, about to be made, or not looked at yet."""
    for end in (CUSTOMERP, CUSTOMERP, SALESFORCE):
        twins.add("contact", end, last_name="Same", email="same@example.com")
    person(twins, "long", first_name="W" * 60)
    twins.remove("contact", CUSTOMERP, people[0])
    twins.settle()
    person(twins, "new")
    twins.cycle(dry_run=True)
    found = audited(twins)

    assert found.alone == {
        SALESFORCE: {"review": 1, "deleted": 1},
        CUSTOMERP: {"quarantined": 1, "review": 2, "pending": 1},
    }
    assert (found.linked, found.in_step, found.unexplained) == (2, 2, 0)
    assert found.as_json()["ambiguous"] == {"salesforce": 1, "customerp": 2}


def test_lines_go_with_their_document(twins):
    """Lines of an order that waits for its contact wait with it."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    stuck = person(twins, "long", first_name="W" * 60, company="Fjord AS")
    line = {"product": lamp, "quantity": "2", "unit_price": "19.90"}
    twins.add("order", CUSTOMERP, contact=stuck, order_date="2026-03-01", lines=[line])
    twins.settle()

    assert audited(twins, "order").alone[CUSTOMERP] == {"parked": 1}
    assert audited(twins, "order_line").alone[CUSTOMERP] == {"document": 1}


def test_drift_without_a_cause_is_found(twins, people):
    """A value that moved unseen, and a link that was lost: neither has a change that would mend it."""
    twins.db.execute("UPDATE mapped.customerp_contact SET job_title = 'Clerk' WHERE _id = ?", [people[0]])
    twins.db.execute("DELETE FROM links.contact WHERE customerp_id = ?", [people[1]])
    found = audited(twins)

    assert found.properties == {"job_title": {"unknown": 1}}
    assert found.alone[CUSTOMERP] == {"unknown": 1}
    assert found.alone[SALESFORCE] == {"unknown": 1}
    assert found.unexplained == 3
    assert found.examples["cause"].unique().to_list() == ["unknown"]


def test_references_are_compared_through_links(twins):
    """Both ends name the contact by ids of their own, and mean the same; a wrong one is found."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    buyer, other = person(twins, "berg", company="Fjord AS"), person(twins, "dahl", company="Fjord AS")
    line = {"product": lamp, "quantity": "2", "unit_price": "19.90"}
    twins.add("order", CUSTOMERP, contact=buyer, company="Fjord AS", order_date="2026-03-01", lines=[line])
    twins.settle()
    assert audited(twins, "order").in_step == 1
    twins.db.execute("UPDATE mapped.customerp_order SET contact = ?", [other])

    assert audited(twins, "order").properties == {"contact": {"unknown": 1}}


def test_audit_changes_nothing(twins, people):
    """It asks no end and writes nothing to the store."""
    twins.edit("contact", CUSTOMERP, people[0], job_title="Clerk")
    twins.cycle(dry_run=True)
    session = twins.session()
    before, commits = twins.dump(), twins.db.standing.commits
    calls = {system: end.calls.total for system, end in twins.ends.items()}
    for pair in PAIRS.values():
        audit_pair(session, pair)

    assert twins.dump() == before
    assert twins.db.standing.commits == commits
    assert {system: end.calls.total for system, end in twins.ends.items()} == calls


def test_statements_do_not_follow_the_number_of_records():
    """A pair costs as many statements with two hundred differing records as with a hundred."""
    counts = []
    for many in (100, 200):
        twins = Twins(pairs={"contact": CONTACT})
        records = [person(twins, f"n{n}", SALESFORCE) for n in range(many)]
        twins.settle()
        for record in records:
            twins.edit("contact", SALESFORCE, record, job_title="Clerk")
        twins.cycle(dry_run=True)
        session = twins.session()
        twins.db.execute("CALL enable_logging('QueryLog')")
        found = audit_pair(session, CONTACT)
        counts.append(twins.db.count("SELECT count(*) FROM duckdb_logs WHERE type = 'QueryLog'"))
        assert found.drifted == {"pending": many}

    assert counts[0] == counts[1] <= 30
