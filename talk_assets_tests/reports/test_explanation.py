"""Why a property is as it is, and what happens next: one sentence for each way things can stand."""

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.changes import Problem
from talk_assets.model.system import System
from talk_assets.reports.explanation import explain
from talk_assets.store.finding import find
from talk_assets_tests.changesets.test_decisions import with_manual
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture
def twins():
    twins = Twins(pairs=with_manual(("job_title",)))
    yield twins
    twins.db.close()


@pytest.fixture
def linked(twins):
    """A contact in step; its two ids."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="berg@x.no")
    twins.cycle(**ONLY)
    return here, twins.other("contact", SALESFORCE, here)


def told(twins, record, name, pair="contact"):
    (found,) = find(twins.db, twins.pairs.values(), [record])
    return explain(twins.session(), found, twins.pairs[pair].by_name[name])


def state(twins, record, name, pair="contact"):
    prospect = told(twins, record, name, pair).prospect
    return prospect.state, f"{prospect.now} {prospect.next} {' '.join(prospect.ways)}"


def test_a_value_is_traced_to_its_edit_and_to_our_write(twins, linked):
    """One end says where it was edited, the other by which rule it was written."""
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.cycle(**ONLY)
    found = told(twins, linked[0], "first_name")

    assert found.prospect.state == "in_step"
    assert found.ends[CUSTOMERP].how == "edited in Customerp, found by asking for what changed"
    assert found.ends[SALESFORCE].how == "written by the sync: only Customerp had changed it"
    assert (found.ends[SALESFORCE].value, found.ends[SALESFORCE].agreed) == ("Kari", "Kari")
    assert "the later edit wins" in found.rule


def test_the_rule_of_a_conflict_and_what_lost_are_told(twins, linked):
    """The winner's rule stands with the write, the loser's value with the conflict."""
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.edit("contact", SALESFORCE, linked[0], first_name="Karin")
    twins.cycle(**ONLY)
    found = told(twins, linked[0], "first_name")

    assert found.ends[CUSTOMERP].how == "written by the sync: both ends had changed it, and this was the later edit"
    assert (found.last.old, found.last.new) == ("Kari", "Karin")
    assert found.last.text.endswith("Salesforce won")


def test_a_later_lone_edit_is_not_laid_to_an_old_conflict(twins, linked):
    """The conflict was settled by an earlier write."""
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.edit("contact", SALESFORCE, linked[0], first_name="Karin")
    twins.cycle(**ONLY)
    twins.edit("contact", SALESFORCE, linked[0], first_name="Karina")
    twins.cycle(**ONLY)

    assert told(twins, linked[0], "first_name").ends[CUSTOMERP].how.endswith("only Salesforce had changed it")


def test_what_waits_for_a_person_names_the_commands(twins, linked):
    """An open conflict, a decision on it, and its carrying out."""
    twins.edit("contact", CUSTOMERP, linked[1], job_title="Boss")
    twins.edit("contact", SALESFORCE, linked[0], job_title="Head")
    twins.cycle(**ONLY)

    kind, words = state(twins, linked[0], "job_title")
    assert kind == "conflict"
    assert f"talk resolve contact {linked[0]} job_title --take salesforce" in words


def test_what_an_end_is_yet_to_take_is_told(twins, linked):
    """A dry run leaves a change to be written; one that the end has no value for is held with its reason."""
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.cycle(dry_run=True, **ONLY)

    kind, words = state(twins, linked[0], "first_name")
    assert kind == "pending"
    assert "writes 'Kari' to Salesforce" in words
    twins.edit("contact", CUSTOMERP, linked[1], last_name=None)
    twins.cycle(**ONLY)
    assert state(twins, linked[1], "last_name")[0] in {"held", "quarantined"}


def test_a_refused_value_is_told_with_the_way_out(twins, linked):
    """The record waits with its reason, until it changes or a person lets it go."""
    twins.refusals.append(
        lambda _entity, _op, values: (
            Problem(code="RULE", message="Not on a Sunday.", property="Department") if "Department" in values else None
        )
    )
    twins.edit("contact", CUSTOMERP, linked[1], department="South")
    twins.cycle(**ONLY)

    kind, words = state(twins, linked[0], "department")
    assert kind == "quarantined"
    assert "Not on a Sunday." in words
    assert f"talk release {linked[1]} --pair contact" in words


def test_records_without_a_counterpart_say_what_they_wait_for(twins):
    """Several candidates wait in review; a new record is made by the next sync."""
    here = [twins.add("contact", SALESFORCE, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    twins.add("contact", CUSTOMERP, last_name="Berg", email="post@x.no")
    new = twins.add("contact", CUSTOMERP, last_name="Aas")
    twins.cycle(dry_run=True, **ONLY)

    kind, words = state(twins, here[0], "email")
    assert kind == "review"
    assert "talk link contact" in words
    assert state(twins, new, "email")[0] == "pending"


def test_a_deleted_record_says_what_becomes_of_the_other(twins, linked):
    """It stays; where it was edited since, a person decides; then the decision is told."""
    twins.remove("contact", CUSTOMERP, linked[1])
    twins.cycle(**ONLY)
    assert state(twins, linked[0], "email")[0] == "deleted"
    twins.edit("contact", SALESFORCE, linked[0], department="South")
    twins.cycle(**ONLY)

    kind, words = state(twins, linked[0], "email")
    assert kind == "conflict"
    assert f"talk resolve contact {linked[0]} --keep" in words


def test_references_and_derived_values_are_told_as_each_end_has_them():
    """A reference is the end's own id; a number each end gives by itself differs and is left alone."""
    twins = Twins()
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    order = twins.add("order", CUSTOMERP, contact=person, order_date="2026-03-01", number="O-17")
    twins.settle()
    here = twins.other("order", CUSTOMERP, order)
    contact = told(twins, here, "contact", "order")

    assert contact.ends[CUSTOMERP].agreed == contact.ends[CUSTOMERP].value == person
    assert contact.ends[SALESFORCE].agreed == twins.other("contact", CUSTOMERP, person)
    number = told(twins, "o-17", "number", "order")
    assert (number.prospect.state, number.found.ids[SALESFORCE]) == ("differs", here)
    twins.db.close()


def test_a_price_is_told_as_written_to_its_price_book_entry():
    """The product itself was not written, and nobody edited it in Salesforce."""
    twins = Twins(pairs={"product": PAIRS["product"]})
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    twins.settle()
    twins.edit("product", CUSTOMERP, lamp, list_price="21.50")
    twins.settle()
    price = told(twins, "l-1", "list_price", "product")

    assert price.prospect.state == "in_step"
    assert price.ends[SALESFORCE].how == "written by the sync to the product's price book entry"
    twins.db.close()


@pytest.mark.parametrize("name", PAIRS["contact"].names)
def test_every_property_can_be_explained(linked_once, name):
    """Nothing declared is beyond words."""
    found = told(*linked_once, name)

    assert found.prospect.state == "in_step"
    assert found.rule


@pytest.fixture(scope="module")
def linked_once():
    """Twins with one contact in step, and its id."""
    twins = Twins()
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="berg@x.no")
    twins.settle()
    yield twins, here
    twins.db.close()
