"""What the asset checks of a run say: each can fail, and tells what to do."""

import dagster as dg
import pytest

from talk_assets.automation.jobs import ALL
from talk_assets.model.errors import PeerUnavailableError
from talk_assets.model.shape import FieldShape, ObjectShape
from talk_assets.model.system import System
from talk_assets_tests.automation.conftest import Runs
from talk_assets_tests.twins import Twins, WatchedPort

SALESFORCE, CUSTOMERP = System


def person(twins, name, end=CUSTOMERP, **values):
    return twins.add("contact", end, last_name=name, email=f"{name}@example.com", **values)


def order(twins, contact):
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    line = {"product": lamp, "quantity": "2", "unit_price": "19.90"}
    return twins.add("order", CUSTOMERP, contact=contact, order_date="2026-03-01", lines=[line])


def test_all_is_well_when_all_is_well(runs, twins):
    """Everything in step: no check of any stage fails, and a run that writes nothing reads nothing again."""
    order(twins, person(twins, "berg", company="Fjord AS"))
    first = runs(ALL)
    calls = twins.ends[SALESFORCE].calls.total
    again = runs("sync_order")
    quiet = twins.ends[SALESFORCE].calls.total - calls
    unsampled = runs("sync_order", sample=0)

    assert not [name for name, check in first.checks.items() if not check.passed]
    assert first.checks["writeback/salesforce_order", "in_step"].metadata["read_again"].value == 1
    assert first.checks["writeback/salesforce_order_line", "in_step"].metadata["read_again"].value == 1
    assert {check.metadata["read_again"].value for (_, name), check in again.checks.items() if name == "in_step"} == {0}
    assert unsampled.success
    assert twins.ends[SALESFORCE].calls.total - calls == 2 * quiet


def test_end_that_changes_what_it_is_sent_is_found(runs, twins):
    """What is read again differs from what was just written; the check says which property, and warns."""

    def changes_it(system, kind, moment):
        if (system, kind, moment) == (SALESFORCE, "read", "before"):
            for record in twins.ends[SALESFORCE].live("contact"):
                twins.ends[SALESFORCE].edit("contact", record, {"Title": "Set by a workflow"})

    person(twins, "berg", job_title="Clerk")
    twins.ends[SALESFORCE].step = changes_it
    check = runs("sync_contact").checks["writeback/salesforce_contact", "in_step"]

    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert "1 of 1 records hold something else" in check.description
    assert "`job_title`" in check.metadata["records"].value
    assert "workflow" not in check.metadata["records"].value


def test_end_that_cannot_be_read_again_fails_the_check_and_not_the_run(runs, twins):
    """The write is done and recorded."""

    def fails(system, kind, moment):
        if (system, kind, moment) == (CUSTOMERP, "read", "before"):
            raise PeerUnavailableError("Customerp did not answer. Nothing was read. Run again.")

    person(twins, "berg", SALESFORCE)
    twins.ends[CUSTOMERP].step = fails
    ran = runs("sync_contact")

    assert ran.success
    assert "Customerp did not answer" in ran.checks["writeback/customerp_contact", "in_step"].description


def test_record_that_waits_for_another_is_named(runs, twins):
    """An order whose contact is in quarantine waits for it, and the check says for which."""
    stuck = person(twins, "long", first_name="W" * 60, company="Fjord AS")
    made = order(twins, stuck)
    check = runs(ALL).checks["writeback/salesforce_order", "references_resolved"]

    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert f"| `{made}` | — | `contact` | `{stuck}` |" in check.metadata["references"].value


def test_value_without_a_counterpart_is_named(runs, twins):
    """A salutation that the other end has no word for stays, and is told with a record that has it."""
    record = person(twins, "berg", SALESFORCE, salutation="Sir")
    ran = runs("sync_contact")
    check = ran.checks["mapped/salesforce_contact", "known_values"]

    assert not check.passed
    assert f"| `salutation` | (3 characters) | 1 | `{record}` |" in check.metadata["values"].value
    assert ran.checks["mapped/customerp_contact", "known_values"].passed


@pytest.mark.parametrize(("bad", "passes"), [(5, True), (6, False)])
def test_many_in_quarantine_are_no_matter_of_single_records(runs, twins, bad, passes):
    """A few are warned of by the contract; many at once are an error, with the property they share."""
    for n in range(bad):
        person(twins, f"n{n}", first_name="W" * 60)
    check = runs("sync_contact").checks["mapped/customerp_contact", "quarantine_rate"]

    assert check.passed is passes
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert f"| `first_name` | at most 40 characters | {bad} |" in check.metadata["reasons"].value


def test_property_that_is_not_shown_is_named(runs, twins):
    """An end that leaves a property out of its answers is told of at once."""
    twins.ends[CUSTOMERP].hide("contact", "department")
    person(twins, "berg")
    check = runs("sync_contact").checks["mapped/customerp_contact", "shown"]

    assert not check.passed
    assert "| `department` | `department` | 1 |" in check.metadata["left_out"].value


def test_dry_run_has_checks_and_no_writes(runs, twins):
    """Nothing is written, and nothing read again."""
    person(twins, "berg")
    ran = runs("sync_contact", dry_run=True)

    assert ran.success
    assert ran.checks["writeback/salesforce_contact", "in_step"].passed
    assert twins.writes == 0


class Describing(WatchedPort):
    """An end that describes its contacts, without a field that the declarations read."""

    def shape(self, entity):
        paths = {path for path in entity.paths if path != "Department"}
        fields = [FieldShape(name=path, type="string", length=4000) for path in paths]
        key = FieldShape(name=str(entity.key_path), type="string", length=64, external_id=True, unique=True)
        return ObjectShape.of(entity.resource, [*fields, key])


class Described(Twins):
    port = Describing


def test_org_that_is_not_as_declared_is_told(instance):
    """The missing field is named, with what to do, and the run goes on."""
    twins = Described()
    ran = Runs(twins, instance)("sync_contact", selection=["raw/salesforce_contact"])
    twins.db.close()
    check = ran.checks["raw/salesforce_contact", "schema"]

    assert ran.success
    assert "`Contact.Department`" in check.metadata["findings"].value
    assert "permission set" in check.metadata["findings"].value
    assert not check.passed


def test_calls_that_run_short_are_told(runs, twins):
    """As the end counts them itself, everyone's calls included."""
    calls = twins.ends[SALESFORCE].calls
    calls.allowance, calls.remaining = 1000, 199
    check = runs("sync_contact").checks["raw/salesforce_contact", "api_budget"]

    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert "199 of the day's 1,000 API calls" in check.description


def test_audit_of_what_was_read_long_ago_says_so(runs, twins):
    """An end that nobody read for hours may have moved since; what was never read is named, too."""
    never = runs("audit").checks["audit/contact", "fresh"]
    runs("sync_contact")
    fresh = runs("audit").checks["audit/contact", "fresh"]
    twins.clock.tick(2 * 3600)
    old = runs("audit").checks["audit/contact", "fresh"]

    assert not never.passed
    assert "last read never" in never.description
    assert fresh.passed
    assert not old.passed
    assert old.severity is dg.AssetCheckSeverity.WARN
    assert "Salesforce was last read 20" in old.description
    assert "sync_all" in old.description


def test_audit_job_tells_how_everything_stands(runs, twins):
    """Its checks pass where every difference has a cause, and fail where one has none."""
    records = [person(twins, name) for name in ("berg", "dahl")]
    runs("sync_contact")
    twins.edit("contact", CUSTOMERP, records[0], job_title="Clerk")
    runs("sync_contact", dry_run=True)
    explained = runs("audit")
    twins.db.execute("UPDATE mapped.customerp_contact SET department = 'Warehouse' WHERE _id = ?", [records[1]])
    found = runs("audit")
    check = found.checks["audit/contact", "no_drift"]

    assert explained.success
    assert explained.metadata["audit/contact"]["in_step"] == 1
    assert "| `job_title` | pending | 1 |" in explained.metadata["audit/contact"]["properties"]
    assert all(one.passed for (name, _), one in explained.checks.items() if name == "audit/contact")
    assert not check.passed
    assert f"`{records[1]}` | `department` |" in check.metadata["records"].value
    assert "Warehouse" not in str(found.metadata["audit/contact"])
