"""The checklist on probes: it passes where the sync is right, names what is wrong, and leaves nothing behind."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.entities import PAIRS
from talk_assets.resources import open_session
from talk_assets.sandbox import salesforce
from talk_assets.sandbox.serving import running
from talk_assets.verify.results import Operation, Outcome, reasons
from talk_assets_tests.conformance.exchange import Breaking
from talk_assets_tests.verify.verified import Verified


def rows_of(results, outcome):
    return {(one.item.pair, one.item.property) for one in results.of(outcome)}


def bent(both, change):
    """A Customerp before which *change* is made to every request's body, deep down."""

    async def breaking(exchange):
        change(exchange.body)
        await exchange.run()

    return Breaking(both.apps["customerp"], kept=SimpleNamespace(value=breaking))


def without(name):
    """Take the property *name* out of a body, however deep it is."""

    def change(value):
        if isinstance(value, dict):
            value.pop(name, None)
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            change(one)

    return change


@contextmanager
def served_bent(both, change):
    """Let the settings of *both* lead to a bent Customerp."""
    with running(bent(both, change)) as url:
        straight, both.facts["customerp"]["url"] = both.facts["customerp"]["url"], url
        yield
        both.facts["customerp"]["url"] = straight


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One verification of everything, in systems that others use as well."""
    store = tmp_path_factory.mktemp("whole") / "store.duckdb"
    with Verified() as both:
        both.customerp.create("contacts", {"familyName": "Bystander", "email": "by@stander.example"})
        both.salesforce.create("Contact", LastName="Onlooker", Email="on@looker.example")
        with open_session(both.settings(store)) as session:
            run_cycle(session)
        before = both.listed()
        results = both.live(store)
        after = both.listed()
        with open_session(both.settings(store)) as session:
            later = run_cycle(session)
        yield SimpleNamespace(results=results, before=before, after=after, later=later, last=both.listed())


def test_every_row_passes_on_the_embedded_systems(whole):
    """Each property goes both ways, on create and on update, as its document says."""
    failed = [(one.item.pair, one.item.property, one.item.way, one.reason) for one in whole.results.of(Outcome.FAIL)]

    assert failed == []
    assert whole.results.passed
    assert len(whole.results.of(Outcome.PASS)) > 400
    assert {pair for pair, counts in whole.results.by_pair().items() if counts["pass"]} == set(PAIRS)


def test_every_row_of_the_documents_is_on_the_list(whole):
    """Both directions and both operations of every property are told, tested or not."""
    listed = Counter((one.item.pair, one.item.property) for one in whole.results.findings)
    turns = {Operation.CREATE, Operation.UPDATE}

    assert set(listed) == {(pair.name, p.name) for pair in PAIRS.values() for p in pair.properties}
    told = Counter((one.item.pair, one.item.property) for one in whole.results.findings if one.item.operation in turns)
    assert set(told.values()) == {4}


def test_what_cannot_be_tested_says_why(whole):
    """A row that nobody looked at is never silent, and never counts as passed."""
    said = dict(reasons(whole.results.findings))

    assert said["derived: each end gives its own"] == 8
    assert said["derived: compared after creation, when no value was rounded yet"] == 12
    assert said["Customerp fills an empty one by itself"] == 4
    assert all(one.reason for one in whole.results.of(Outcome.NOT_TESTABLE))


def test_evidence_names_values_records_and_time(whole):
    """Who doubts a result can look for himself."""
    one = next(
        one
        for one in whole.results.findings
        if (one.item.pair, one.item.property, one.item.origin, one.item.operation)
        == ("order_line", "unit_price", "customerp", Operation.UPDATE)
    )

    assert one.outcome is Outcome.PASS
    assert (one.written, one.found) == ("13.8765", "13.8800")
    assert one.origin_id
    assert one.target_id.startswith("802")
    assert one.at is not None


def test_nothing_is_left_and_nobody_else_was_touched(whole):
    """Afterwards both systems hold what they held, to the version; the sync finds nothing to do."""
    assert whole.results.left == ()
    assert whole.results.made > 20
    assert whole.after == whole.before
    assert whole.last == whole.before
    assert whole.later.waiting.is_empty()
    assert sum(sum(t.created.values()) + sum(t.updated.values()) for t in whole.later.tallies.values()) == 0


def test_a_cut_value_fails_its_row_alone(systems, tmp_path):
    """An end that stores less of a text than was sent is found out, on create and update."""
    fault = {"kind": "normalised_values", "how": "truncate", "properties": ["department"], "count": None}
    systems.faults("customerp").take(fault)

    results = systems.live(tmp_path / "store.duckdb", "contact")

    assert rows_of(results, Outcome.FAIL) == {("contact", "department")}
    failed = results.of(Outcome.FAIL)
    assert {one.item.operation for one in failed} == {Operation.CREATE, Operation.UPDATE}
    assert {one.reason for one in failed} == {
        "Customerp holds another value",
        "Customerp itself did not keep what was written to it",
    }
    assert not results.passed
    assert results.left == ()


def test_a_dropped_property_fails_its_row_alone(systems, tmp_path):
    """An end that forgets a property is found out, and everything else still passes."""
    with served_bent(systems, without("webUrl")):
        results = systems.live(tmp_path / "store.duckdb", "product")

    assert rows_of(results, Outcome.FAIL) == {("product", "web_url")}
    there = next(one for one in results.of(Outcome.FAIL) if one.item.origin == "salesforce")
    assert there.expected.startswith("https://example.com/")
    assert there.found is None
    assert results.left == ()


def test_an_end_that_fails_midway_is_cleaned_up_all_the_same(systems, tmp_path):
    """The probes go even though the verification could not go on, and it says that it did not."""
    refusal = {"kind": "refuse", "status": 401, "method": "read", "path": "/changes", "count": None, "nth": 3}
    systems.faults("customerp").take(refusal)

    results = systems.live(tmp_path / "store.duckdb", "contact")

    assert results.broken is not None
    assert not results.passed
    assert results.left == ()
    assert systems.listed() == {}


def test_what_could_not_be_deleted_is_named(systems, tmp_path):
    """Nobody has to search for what a failed cleaning left."""
    systems.faults("customerp").take(
        {"kind": "refuse", "status": 403, "method": "write", "body": '"op":"delete"', "count": None}
    )

    results = systems.live(tmp_path / "store.duckdb", "contact")
    left = {record for _, record in systems.listed()}

    assert len(left) == len(results.left) == 2
    assert all(any(record in line for line in results.left) for record in left)
    assert all(line.startswith("Customerp contacts ") for line in results.left)


def test_no_step_begins_after_the_time_is_up(systems, tmp_path):
    """What was not reached is not testable; what was made is cleaned up."""
    results = systems.live(tmp_path / "store.duckdb", "contact", deadline=datetime.now(UTC) - timedelta(seconds=1))
    updates = [one for one in results.findings if one.item.operation is Operation.UPDATE]

    assert {one.outcome for one in updates} == {Outcome.NOT_TESTABLE}
    assert {one.reason for one in updates} == {"the time for this verification was up"}
    assert systems.listed() == {}


@pytest.mark.parametrize(
    ("shape", "pair", "telling"),
    [("person-accounts", "contact", "company"), ("multi-currency", "product", "currency")],
)
def test_an_org_of_another_shape_is_verified_whole(tmp_path, shape, pair, telling):
    """What the probes hold fits the org, and they are gone afterwards, with the Accounts and prices made for them."""
    with Verified(shape=salesforce.read_shape(shape)) as both:
        before = both.listed()
        results = both.live(tmp_path / "store.duckdb", pair)

        assert rows_of(results, Outcome.FAIL) == set()
        assert (pair, telling) in rows_of(results, Outcome.PASS)
        assert results.left == ()
        assert both.listed() == before


def test_an_org_without_a_feature_is_verified_in_the_rest(tmp_path):
    """What an org has switched off is not testable, and stops nothing else."""
    with Verified(shape=salesforce.read_shape("no-quotes")) as both:
        # The first step shows it.
        results = both.live(tmp_path / "store.duckdb", "order", deadline=datetime.now(UTC) - timedelta(seconds=1))

    assert results.of(Outcome.FAIL) == []
    assert len(results.of(Outcome.PASS)) == 60
    (quote,) = {
        one.reason for one in results.findings if one.item.property == "quote" and one.item.operation == "create"
    }
    assert quote == "Salesforce does not show QuoteId: it lacks the property, or we may not see it"
    assert results.left == ()
