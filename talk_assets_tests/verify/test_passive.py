"""A sample of linked records: what agrees passes, what differs fails, what waits does neither."""

import dagster as dg
import pytest

from talk_assets.model.errors import ConfigurationError
from talk_assets.systems.memory_rules import trim
from talk_assets.verify.passive import verify_sample
from talk_assets.verify.results import Operation, Outcome
from talk_assets_tests.automation.conftest import Runs
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE, Twins

ADA = {"first_name": "Ada", "last_name": "Byron", "email": "ada@byron.example", "department": "Engines"}


def verified(twins, *names, most=10):
    twins.clock.tick()
    return verify_sample(twins.session(), names or None, most=most)


def row(results, pair, name):
    (found,) = [one for one in results.findings if (one.item.pair, one.item.property) == (pair, name)]
    return found


def shouting(entity, path, text):
    """An end that stores departments in capitals."""
    kept = trim(entity, path, text)
    return kept.upper() if path == "department" and kept else kept


@pytest.fixture
def shouted():
    both = Twins(normalise={CUSTOMERP: shouting})
    yield both
    both.db.close()


def test_records_in_step_pass(twins):
    """Every property that both ends hold is compared by its own rule."""
    twins.add("contact", SALESFORCE, **ADA, phone="+47 400 11 222", company="Engines Ltd")
    product = twins.add("product", CUSTOMERP, name="Lamp", product_code="L", list_price="49.9999")
    twins.settle()

    results = verified(twins)

    assert results.passed
    assert {one.item.operation for one in results.findings} == {Operation.COMPARE}
    assert row(results, "contact", "company").outcome is Outcome.PASS
    assert row(results, "contact", "phone").compared == 1
    # Salesforce holds 50.00 of it, which counts as equal.
    assert row(results, "product", "list_price").outcome is Outcome.PASS
    assert product


def test_documents_and_their_lines_are_compared_through_links(twins):
    """References name other records on each end, and are the same if those are linked."""
    contact = twins.add("contact", CUSTOMERP, **ADA)
    product = twins.add("product", CUSTOMERP, name="Lamp", product_code="L", list_price="5")
    line = {"product": product, "quantity": "2", "unit_price": "5"}
    twins.add("order", CUSTOMERP, contact=contact, company="Engines Ltd", order_date="2026-03-14", lines=[line])
    twins.settle()

    results = verified(twins, "order")

    assert results.passed
    assert row(results, "order", "contact").outcome is Outcome.PASS
    assert row(results, "order_line", "product").compared == 1
    assert row(results, "order", "total").reason == "derived: each end works it out by itself"


def test_an_end_that_keeps_something_else_fails_its_row_alone(shouted):
    """What was stored otherwise than sent is found by looking at both ends, and shown."""
    shouted.add("contact", SALESFORCE, **ADA)
    shouted.settle()

    results = verified(shouted)
    (failed,) = results.of(Outcome.FAIL)

    assert (failed.item.pair, failed.item.property) == ("contact", "department")
    assert (failed.expected, failed.found) == ("Engines", "ENGINES")
    assert failed.reason == "1 of 1 records differ; the first is shown"
    assert not results.passed


def test_an_edit_that_the_sync_has_not_seen_waits(twins):
    """Nobody is alarmed by what the next run brings across."""
    record = twins.add("contact", SALESFORCE, **ADA)
    twins.settle()
    twins.edit("contact", SALESFORCE, record, department="Looms")

    found = row(verified(twins), "contact", "department")

    assert found.outcome is Outcome.NOT_TESTABLE
    assert (found.compared, found.waiting) == (1, 1)
    assert found.reason == "1 records wait: edited since the last sync, or held back by it"


def test_what_the_sync_holds_back_waits(twins):
    """A value the other end has no word for differs, and is told elsewhere."""
    record = twins.add("contact", SALESFORCE, **ADA)
    twins.settle()
    twins.edit("contact", SALESFORCE, record, salutation="Sir")
    twins.settle()

    results = verified(twins)

    assert row(results, "contact", "salutation").waiting == 1
    assert results.passed


def test_without_links_nothing_is_claimed(twins):
    """Where nobody could look, nothing passes."""
    results = verified(twins, "contact")

    assert {one.outcome for one in results.findings} == {Outcome.NOT_TESTABLE}
    assert {one.reason for one in results.findings} == {"no linked record was found on both ends"}


def test_a_sample_is_no_larger_than_asked(twins):
    """A large store costs as many calls as a small one."""
    for number in range(5):
        twins.add("contact", SALESFORCE, last_name=f"Person {number}", email=f"p{number}@example.com")
    twins.settle()

    assert row(verified(twins, "contact", most=3), "contact", "last_name").compared == 3


def test_nothing_is_written(twins):
    """Whoever only looks changes nothing, on no end and not in the store."""
    twins.add("contact", SALESFORCE, **ADA)
    twins.settle()
    before, writes = twins.dump(), twins.writes

    verified(twins)

    assert twins.dump() == before
    assert twins.writes == writes


def test_a_name_that_is_no_pair_is_refused(twins):
    """A slip of the pen does not verify nothing."""
    with pytest.raises(ConfigurationError, match="There is no pair named kontact"):
        verified(twins, "kontact")


def test_the_asset_tells_each_pair_in_a_check(shouted, instance):
    """In the UI the check of the pair is red and lists the row, without the record's values."""
    shouted.add("contact", SALESFORCE, **ADA)
    shouted.settle()

    ran = Runs(shouted, instance)("verify")
    check = ran.checks["verify/linked_records", "contact_rows_pass"]

    assert ran.success
    assert not check.passed
    assert "`department`" in check.metadata["rows"].value
    assert "ENGINES" not in check.metadata["rows"].value
    assert "(7 characters)" in check.metadata["rows"].value
    assert [name for (_, name), one in ran.checks.items() if not one.passed] == ["contact_rows_pass"]
    assert ran.metadata["verify/linked_records"]["failed_rows"] == 1


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral
