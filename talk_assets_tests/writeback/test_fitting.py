"""What an end's description rules out waits and is not sent: the whole engine, ends in memory."""

import pytest

from talk_assets.model.shape import FieldShape, ObjectShape
from talk_assets.model.system import System
from talk_assets_tests.twins import Twins, WatchedPort

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


class DescribedPort(WatchedPort):
    """An end that describes its objects: all is allowed but what *ruled* changes, by object and field."""

    def __init__(self, **given):
        super().__init__(**given)
        self.ruled = {}
        self.locked = {}

    def shape(self, entity):
        fields = [
            FieldShape(name=path, **{"type": "anyType"} | self.ruled.get((entity.resource, path), {}))
            for path in (*entity.paths, entity.key_path or "Id")
        ]
        return ObjectShape(
            name=entity.resource, fields={f.name: f for f in fields}, **self.locked.get(entity.resource, {})
        )


class DescribedTwins(Twins):
    port = DescribedPort


@pytest.fixture
def twins():
    both = DescribedTwins()
    yield both
    both.db.close()


def waiting(twins):
    return twins.cycle(**ONLY).plan.filter(state="parked").select("property", "reason").rows()


@pytest.mark.parametrize(
    ("ruled", "value", "why"),
    [
        ({"updateable": False}, "Boss", "cannot be changed: the integration user may not edit it"),
        ({"type": "string", "length": 3}, "Boss", "has 4 characters and the field holds 3"),
    ],
)
def test_an_edit_the_field_cannot_take_waits_and_the_rest_of_the_record_goes_on(twins, ruled, value, why):
    """Nothing of it is sent, the reason names system, object, field and remedy, and it arrives once allowed."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer", email="berg@x.no")
    twins.settle()
    there = twins.other("contact", SALESFORCE, here)
    twins.ends[SALESFORCE].ruled[("Contact", "Title")] = ruled
    twins.edit("contact", CUSTOMERP, there, job_title=value, department="South")

    ((name, reason),) = waiting(twins)

    assert (name, "Salesforce Contact.Title: " in reason, "Change the field or the declaration" in reason) == (
        "job_title",
        True,
        True,
    )
    assert why in reason
    assert value not in reason
    assert twins.get("contact", SALESFORCE, here)["department"] == "South"
    assert not any("Title" in values for _, _, op, values in twins.sent(SALESFORCE) if op == "update")
    assert len(waiting(twins)) == 1

    twins.ends[SALESFORCE].ruled.clear()
    twins.settle()
    assert twins.get("contact", SALESFORCE, here)["job_title"] == value


def test_a_creation_waits_whole_and_others_are_made(twins):
    """A record is made with all of its values or not at all; its neighbours are not held up."""
    twins.ends[SALESFORCE].ruled[("Contact", "Title")] = {"createable": False}
    twins.add("contact", CUSTOMERP, last_name="Berg", job_title="Boss")
    twins.add("contact", CUSTOMERP, last_name="Lund")

    ((_, reason),) = waiting(twins)

    assert "Salesforce Contact.Title: the field cannot be created" in reason
    assert [row["last_name"] for row in twins.live("contact", SALESFORCE).values()] == ["Lund"]

    twins.ends[SALESFORCE].ruled.clear()
    twins.settle()
    assert len(twins.live("contact", SALESFORCE)) == 2


def test_objects_the_user_may_not_write_get_nothing(twins):
    """Without the right to create, all creations wait and no write is tried."""
    twins.ends[SALESFORCE].locked["Contact"] = {"createable": False}
    twins.add("contact", CUSTOMERP, last_name="Berg")

    ((_, reason),) = waiting(twins)

    assert "Salesforce Contact: records cannot be created by the integration user" in reason
    assert twins.sent(SALESFORCE) == []


def test_a_record_of_a_look_up_that_does_not_fit_is_refused_without_a_call(twins):
    """The Account of a new contact cannot carry its name: the contact waits and says why."""
    twins.ends[SALESFORCE].ruled[("Account", "Name")] = {"type": "string", "length": 3}
    twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")

    ((_, reason),) = waiting(twins)

    assert "Account.Name" in reason
    assert twins.sent(SALESFORCE) == []
