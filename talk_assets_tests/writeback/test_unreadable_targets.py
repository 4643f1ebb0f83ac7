"""A target that cannot be understood any more when it is looked at before the write is not written."""

import pytest

from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture
def moved(twins):
    """A linked contact edited on Customerp, and on Salesforce once our list of Accounts was read; both ids."""
    here = twins.add("contact", SALESFORCE, first_name="Kari", last_name="Moe", email="kari@x.no")
    twins.cycle(**ONLY)
    there = twins.other("contact", SALESFORCE, here)
    twins.clock.tick()
    twins.edit("contact", CUSTOMERP, there, first_name="Anne")
    end = twins.ends[SALESFORCE]
    read, done = end.read, []

    def edited_before(entity, **asked):
        if entity.name == "contact" and not done:
            done.append(entity)
            twins.clock.tick()
            account = twins.account("Fjord AS")
            end.edit("contact", here, {"FirstName": "Karin", "AccountId": account})
        return read(entity, **asked)

    end.read = edited_before
    return here, there


def test_an_edit_beside_an_account_we_do_not_know_is_not_overwritten(twins, moved):
    """The contact is set aside at the look before the write, and what was planned for it is held."""
    here, _ = moved
    report = twins.cycle(**ONLY)

    assert twins.get("contact", SALESFORCE, here)["first_name"] == "Karin"
    assert "in quarantine" in report.plan.filter(property="first_name")["reason"].item()


def test_it_is_reconciled_once_the_account_is_known(twins, moved):
    """The later edit wins on both ends, and the other value is in the log."""
    here, there = moved
    twins.cycle(**ONLY)
    twins.settle()

    for system, record in ((SALESFORCE, here), (CUSTOMERP, there)):
        found = twins.get("contact", system, record)
        assert (found["first_name"], found["company"]) == ("Karin", "Fjord AS")
    logged = twins.db.rows(
        "SELECT salesforce_value, customerp_value FROM changesets.conflict WHERE property = 'first_name'"
    )
    assert logged == [("Karin", "Anne")]
