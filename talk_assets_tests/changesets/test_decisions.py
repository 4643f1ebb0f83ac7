"""A conflict that a person decides: what it blocks, what it does not, and what becomes of the decision."""

from dataclasses import replace

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.pair import Policy
from talk_assets.model.system import System
from talk_assets.store import decisions
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}
MANUAL = ("job_title", "first_name")


def with_manual(names):
    contact = PAIRS["contact"]
    properties = tuple(replace(p, policy=Policy.MANUAL) if p.name in names else p for p in contact.properties)
    return dict(PAIRS) | {"contact": replace(contact, properties=properties)}


@pytest.fixture
def twins():
    both = Twins(pairs=with_manual(MANUAL))
    yield both
    both.db.close()


@pytest.fixture
def person(twins):
    """A contact whose title both ends changed: Salesforce to Head, Customerp to Boss."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@x.no", job_title="Buyer", first_name="Bo")
    twins.cycle(**ONLY)
    here = twins.other("contact", CUSTOMERP, there)
    twins.edit("contact", SALESFORCE, here, job_title="Head")
    twins.edit("contact", CUSTOMERP, there, job_title="Boss", department="South")
    twins.cycle(**ONLY)
    return {SALESFORCE: here, CUSTOMERP: there}


def undecided(twins):
    return decisions.undecided(twins.db, twins.pairs["contact"])


def decide(twins, winner, name="job_title"):
    (row,) = undecided(twins).filter(property=name).iter_rows(named=True)
    seen = {key: row[key] for key in ("pair", "link_id", "property", "salesforce_value", "customerp_value")}
    decisions.decide(twins.db, seen, winner=winner, by="kari", now=twins.clock())


def titles(twins, person):
    return [twins.get("contact", system, person[system])["job_title"] for system in System]


def test_an_open_conflict_blocks_only_its_property(twins, person):
    """The rest of the record goes on travelling, the same cycle and later; the two values stay where they are."""
    assert twins.get("contact", SALESFORCE, person[SALESFORCE])["department"] == "South"

    twins.edit("contact", SALESFORCE, person[SALESFORCE], department="West")
    report = twins.settle()
    assert twins.get("contact", CUSTOMERP, person[CUSTOMERP])["department"] == "West"
    assert titles(twins, person) == ["Head", "Boss"]
    assert (report.tallies["contact"].undecided, report.exit_code) == (1, 1)


@pytest.mark.parametrize(("winner", "title"), [(SALESFORCE, "Head"), (CUSTOMERP, "Boss")])
def test_a_decision_is_written_by_the_next_cycle_and_logged(twins, person, winner, title):
    """The winner's value arrives once; the log keeps both values, who won and who said so."""
    decide(twins, winner)
    written = twins.writes
    report = twins.settle()

    assert titles(twins, person) == [title, title]
    assert (twins.writes, report.exit_code) == (written + 1, 0)
    (logged,) = decisions.history(twins.db, twins.pairs["contact"]).iter_rows(named=True)
    assert (logged["winner"], logged["decided_by"]) == (winner.value, "kari")
    assert (logged["salesforce_value"], logged["customerp_value"]) == ("Head", "Boss")
    assert undecided(twins).is_empty()


@pytest.mark.parametrize("edits", System)
def test_a_decision_about_older_values_is_asked_again(twins, person, edits):
    """Nobody's word is stretched to a value that person never saw."""
    decide(twins, SALESFORCE)
    twins.edit("contact", edits, person[edits], job_title="Newer")
    twins.settle()

    values = {SALESFORCE: "Head", CUSTOMERP: "Boss"} | {edits: "Newer"}
    assert titles(twins, person) == list(values.values())
    (row,) = undecided(twins).iter_rows(named=True)
    assert (row["salesforce_value"], row["customerp_value"], row["asked_again"]) == (*values.values(), True)

    decide(twins, edits)
    twins.settle()
    assert titles(twins, person) == ["Newer", "Newer"]


def test_an_open_conflict_ends_when_the_ends_agree_or_one_goes_back(twins, person):
    """Later values count, not those of the day the conflict was found."""
    twins.edit("contact", CUSTOMERP, person[CUSTOMERP], job_title="Buyer")
    twins.settle()

    assert titles(twins, person) == ["Head", "Head"]
    assert undecided(twins).is_empty()


def test_a_decision_settles_nothing_but_its_own_property(twins, person):
    """Two properties in conflict are two decisions."""
    twins.edit("contact", SALESFORCE, person[SALESFORCE], first_name="Per")
    twins.edit("contact", CUSTOMERP, person[CUSTOMERP], first_name="Pal")
    twins.cycle(**ONLY)
    decide(twins, CUSTOMERP)
    twins.settle()

    assert titles(twins, person) == ["Boss", "Boss"]
    assert undecided(twins)["property"].to_list() == ["first_name"]


class StoppedError(Exception):
    """Stands for a process that ends here."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_decision_survives_a_run_that_ends_at_its_write(twins, person, moment):
    """It stands until its value is known to have arrived."""
    decide(twins, SALESFORCE)

    def stop(system, kind, when):
        if (system, kind, when) == (CUSTOMERP, "write", moment):
            raise StoppedError

    twins.ends[CUSTOMERP].step = stop
    with pytest.raises(StoppedError):
        twins.cycle(**ONLY)
    twins.ends[CUSTOMERP].step = None
    twins.settle()

    assert titles(twins, person) == ["Head", "Head"]
    (logged,) = decisions.history(twins.db, twins.pairs["contact"]).iter_rows(named=True)
    assert (logged["winner"], logged["decided_by"]) == ("salesforce", "kari")


def test_a_first_link_can_be_decided_too(twins):
    """Before anything was agreed, a manual property that differs waits for its person, and for nothing else."""
    ids = {s: twins.add("contact", s, last_name="Dahl", email="d@x.no", job_title=s.title) for s in System}
    twins.cycle(**ONLY)
    assert titles(twins, ids) == ["Salesforce", "Customerp"]

    decide(twins, CUSTOMERP)
    twins.settle()
    assert titles(twins, ids) == ["Customerp", "Customerp"]
