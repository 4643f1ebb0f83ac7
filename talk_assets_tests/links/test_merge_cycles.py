"""Merges that an end tells in a circle, as no merge can be: they end nothing but themselves."""

import pytest

from talk_assets.model.changes import Op, Problem
from talk_assets.model.system import System
from talk_assets.store.selfcheck import problems

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.mark.parametrize("members", [1, 2, 3])
def test_records_merged_in_a_circle_write_and_double_nothing(twins, members):
    """Each says that it was merged into the next, the last into the first; their counterparts stay as they are."""
    there = [twins.add("contact", CUSTOMERP, last_name=f"N{n}", email=f"n{n}@x.no") for n in range(4)]
    twins.cycle(**ONLY)
    here = [twins.other("contact", CUSTOMERP, record) for record in there]
    port = twins.ends[SALESFORCE]
    for number in range(members):
        twins.remove("contact", SALESFORCE, here[number])
        port.edit("contact", here[number], {"MasterRecordId": here[(number + 1) % members]})
    written = twins.writes
    for _ in range(2):
        twins.cycle(**ONLY)
    before = twins.dump()
    report = twins.cycle(full=True, **ONLY)

    assert twins.writes == written
    assert twins.dump() == before
    assert set(twins.live("contact", CUSTOMERP)) == set(there)
    assert {row["id"] for row in report.plan.to_dicts()} <= set(there[:members])
    assert problems(twins.db, twins.pairs.values()).is_empty()


def test_a_survivor_whose_own_creation_was_refused_takes_over_and_is_written_to(twins):
    """The refusal was about making a counterpart; the one it has now takes its values."""
    twins.customerp_refusals.append(
        lambda _, op, values: (
            Problem(code="VALIDATION", message="No Kari.")
            if op is Op.CREATE and values.get("givenName") == "Kari"
            else None
        )
    )
    lost = twins.add("contact", SALESFORCE, first_name="Kari M.", last_name="Moe", email="kari@x.no")
    kept = twins.add("contact", SALESFORCE, first_name="Kari", last_name="Moe")
    twins.cycle(**ONLY)
    there = twins.other("contact", SALESFORCE, lost)
    twins.ends[SALESFORCE].merge("contact", lost, kept)
    twins.clock.tick()
    report = twins.settle()

    assert twins.other("contact", SALESFORCE, kept) == there
    assert twins.get("contact", CUSTOMERP, there)["first_name"] == "Kari"
    assert report.plan.is_empty()
    assert problems(twins.db, twins.pairs.values()).is_empty()
