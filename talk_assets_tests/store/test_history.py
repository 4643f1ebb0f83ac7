"""The history: every value that moved and how it was learned, in the same transaction as what is stored."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.changes import Problem
from talk_assets.model.system import System
from talk_assets.store.selfcheck import problems
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
CONTACT = {"contact": PAIRS["contact"]}


def told(twins, **chosen):
    """The history's rows with these values, oldest first."""
    rows = twins.db.frame("SELECT * FROM store.history ORDER BY number, system, property").to_dicts()
    return [row for row in rows if all(row[name] == value for name, value in chosen.items())]


def gaps(twins):
    return [row for row in problems(twins.db, twins.pairs.values()).to_dicts() if row["check"].startswith("history")]


@pytest.fixture
def twins():
    twins = Twins(pairs=CONTACT)
    yield twins
    twins.db.close()


@pytest.fixture
def linked(twins):
    """A contact in step; its two ids."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="berg@x.no", phone="+4722334455")
    twins.settle()
    return here, twins.other("contact", SALESFORCE, here)


def test_a_record_is_first_seen_once_on_each_end(twins, linked):
    """Its values are not written a second time, and what we made ourselves is told from what was found."""
    seen = told(twins)

    assert [(row["system"], row["record_id"], row["what"], row["how"]) for row in seen] == [
        ("salesforce", linked[0], "seen", "whole"),
        ("customerp", linked[1], "seen", "answer"),
    ]


def test_a_value_is_told_where_it_was_edited_and_where_it_was_written(twins, linked):
    """Both rows say what it was and is, when, and by which read; the edit comes first."""
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    edited = twins.clock()
    twins.cycle()

    there, here = told(twins, property="first_name")
    assert (there["system"], there["old"], there["new"], there["how"], there["at"]) == (
        "customerp",
        None,
        "Kari",
        "cursor",
        edited,
    )
    assert (here["system"], here["old"], here["new"], here["how"]) == ("salesforce", None, "Kari", "answer")
    assert there["known_at"] == here["known_at"] == twins.clock()
    assert there["number"] < here["number"]


@pytest.mark.usefixtures("linked")
def test_a_quiet_cycle_and_a_whole_read_add_nothing(twins):
    """What is read again and says the same is no event."""
    before = told(twins)
    twins.cycle()
    twins.cycle(full=True)

    assert told(twins) == before


def test_deletion_and_return_are_told(twins, linked):
    """A tombstone is one row, and so is the way back."""
    twins.remove("contact", CUSTOMERP, linked[1])
    twins.cycle()

    assert [(row["old"], row["new"]) for row in told(twins, property="_deleted", system="customerp")] == [
        ("false", "true")
    ]
    assert gaps(twins) == []


def test_quarantine_is_told_when_a_record_comes_and_when_it_leaves(twins, linked):
    """One row each, however often it was tried in between."""
    twins.refusals.append(lambda *_: Problem(code="RULE", message="Not on a Sunday.", property=None))
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    for _ in range(3):
        twins.cycle()
    twins.refusals.pop()
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Karin")
    twins.cycle()

    came, left = told(twins, record_id=linked[1], property=None)[1:]
    assert (came["what"], left["what"]) == ("stopped", "free")
    assert "Not on a Sunday." in came["new"]


def test_an_edit_taken_back_frees_its_record(twins, linked):
    """A refusal that nobody asks about any more leaves quarantine, and the history says so."""
    twins.refusals.append(lambda *_: Problem(code="RULE", message="No.", property=None))
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.cycle()
    twins.edit("contact", CUSTOMERP, linked[1], first_name=None)
    twins.cycle()

    assert [row["what"] for row in told(twins, record_id=linked[1], property=None)] == ["seen", "stopped", "free"]


def test_what_was_not_committed_is_not_told(twins, linked):
    """A run that dies after an end took a write leaves a history that ends with what is stored."""

    def die(_system, kind, moment):
        if (kind, moment) == ("write", "after"):
            raise ConnectionAbortedError

    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.ends[SALESFORCE].step = die
    with pytest.raises(ConnectionAbortedError):
        twins.cycle()
    assert [row["system"] for row in told(twins, property="first_name")] == ["customerp"]
    assert gaps(twins) == []
    twins.ends[SALESFORCE].step = None
    twins.settle()

    assert [(row["system"], row["how"]) for row in told(twins, property="first_name")] == [
        ("customerp", "cursor"),
        ("salesforce", "cursor"),
    ]
    assert gaps(twins) == []


def test_the_history_forgets_what_is_older_than_it_is_kept(twins, linked):
    """What is left follows on itself; it is looked at about once a week."""
    twins.options = replace(twins.options, history_kept=timedelta(days=30))
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.cycle()
    twins.clock.tick(20 * 86_400)
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Karin")
    twins.cycle()
    twins.clock.tick(20 * 86_400)
    twins.cycle()

    assert [row["new"] for row in told(twins, system="customerp")] == ["Karin"]
    assert gaps(twins) == []


def test_a_property_that_was_undeclared_for_a_while_is_no_gap(twins, linked):
    """What moved while nobody looked is told as read anew, and the check of the store stays silent."""
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.cycle()
    less = tuple(p for p in PAIRS["contact"].properties if p.name != "department")
    twins.pairs = {"contact": replace(PAIRS["contact"], properties=less)}
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Karin", department="South")
    twins.cycle()
    twins.pairs = CONTACT
    twins.settle()

    assert [row["what"] for row in told(twins, record_id=None)] == ["declared"] * 4
    assert twins.get("contact", SALESFORCE, linked[0])["department"] == "South"
    assert gaps(twins) == []


def test_a_run_that_dies_while_a_declaration_changes_leaves_it_to_the_next(twins, linked):
    """That a pair is declared anew is known only together with what it makes to be translated again."""
    twins.edit("contact", CUSTOMERP, linked[1], department="South", job_title="Boss")
    twins.settle()
    other = {"department": "job_title", "job_title": "department"}
    known = PAIRS["contact"].by_name
    # What is asked of the end stays the same, so that nothing but the declaration has it translated again.
    swapped = tuple(
        replace(p, salesforce=known[other.get(p.name, p.name)].salesforce) for p in PAIRS["contact"].properties
    )
    twins.pairs = {"contact": replace(PAIRS["contact"], properties=swapped)}
    set_mark = twins.db.set_mark

    def die(stage, name, seq):
        if (stage, seq) == ("mapped", 0):
            raise ConnectionAbortedError
        set_mark(stage, name, seq)

    twins.db.set_mark = die
    with pytest.raises(ConnectionAbortedError):
        twins.cycle()
    twins.db.set_mark = set_mark
    twins.cycle()

    assert [row["new"] for row in told(twins, property="department", system="salesforce")][:2] == ["South", "Boss"]


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("UPDATE store.history SET old = 'x' WHERE new = 'Karin' AND system = 'customerp'", "history_gap"),
        ("UPDATE mapped.customerp_contact SET first_name = 'x'", "history_ends_otherwise"),
        ("DELETE FROM store.history WHERE new = 'Karin' AND system = 'customerp'", "history_ends_otherwise"),
    ],
)
def test_a_history_that_does_not_fit_is_found(twins, linked, damage, check):
    """Each value follows on the one before, and the last is what is stored."""
    for name in ("Kari", "Karin"):
        twins.edit("contact", CUSTOMERP, linked[1], first_name=name)
        twins.cycle()
    assert gaps(twins) == []
    twins.db.execute(damage)

    assert [(row["check"], row["id"]) for row in gaps(twins)] == [(check, linked[1])]


def test_documents_of_all_pairs_fit_their_history():
    """Numbers, dates, flags and references are told as the store shows them."""
    twins = Twins()
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    line = {"product": lamp, "quantity": "2", "unit_price": "19.90"}
    order = twins.add("order", CUSTOMERP, contact=person, order_date="2026-03-01", lines=[line, line])
    twins.settle()
    twins.edit("product", CUSTOMERP, lamp, list_price="21.50", status="discontinued")
    twins.edit("order", CUSTOMERP, order, delivery_date="2026-04-01", contact=None)
    twins.edit("contact", CUSTOMERP, person, email_opt_out="true", birth_date="1970-01-31")
    twins.settle()
    moved = pl.DataFrame(told(twins, what="value"))

    assert {"list_price", "delivery_date", "contact", "email_opt_out", "birth_date"} <= set(moved["property"])
    assert gaps(twins) == []
    twins.db.close()
