"""Several objects read in one call, against the embedded Salesforce."""

import pytest

from talk_assets.model.changes import Op
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.port import Ask

KINDS = ("contact", "product", "account")


@pytest.fixture
def asks(salesforce):
    """What is to be read: three objects with a record each, from where they were read to."""
    salesforce.send(salesforce.contact("k1", first="Ada"))
    cursors = {name: salesforce.fetch(name)[1] for name in KINDS}
    return [Ask(entity=salesforce.entities[name], cursor=cursors[name]) for name in KINDS]


def test_what_is_expected_is_read_in_one_call(salesforce, asks):
    """All first pages come with the first, and say what each by itself says."""
    alone = {ask.entity.name: salesforce.fetch(ask.entity.name, ask.cursor)[0] for ask in asks}
    before = salesforce.port.calls.total

    salesforce.port.expect(asks)
    together = {ask.entity.name: salesforce.fetch(ask.entity.name, ask.cursor) for ask in asks}

    assert salesforce.port.calls.total == before + 1
    assert {name: rows for name, (rows, _) in together.items()} == alone
    assert all(cursor >= ask.cursor for ask, (_, cursor) in zip(asks, together.values(), strict=True))
    assert alone["contact"]


def test_expected_once_is_asked_for_once(salesforce, asks):
    """Who fetches an object a second time is told what is there then."""
    salesforce.port.expect(asks)
    first, cursor = salesforce.fetch("contact", asks[0].cursor)
    salesforce.outsider.write(salesforce.entities["contact"], [salesforce.contact("k2")])

    assert len(salesforce.fetch("contact", cursor)[0]) == len(first) + 1


@pytest.mark.parametrize("between", ["read", "write"])
def test_what_was_read_ahead_is_not_believed_after_anything_else(salesforce, asks, between):
    """A page asked for before a write, or before a record was read again, would be older than what is known."""
    salesforce.port.expect(asks)
    rows, _ = salesforce.fetch("product", asks[1].cursor)
    (contact,) = salesforce.outsider.read(salesforce.entities["contact"], keys=["k1"]).frames["contact"]["_id"]
    update = salesforce.write("contact", Op.UPDATE, {"first": "Grace"}, id=contact)
    if between == "write":
        salesforce.send(update)
    else:
        salesforce.send(update, through=salesforce.outsider)
        salesforce.port.read(salesforce.entities["contact"], ids=[contact])

    assert salesforce.fetch("contact", asks[0].cursor)[0][contact]["FirstName"] == "Grace"
    assert rows


def test_objects_expected_are_described_in_one_call(salesforce, asks):
    """All descriptions come with the first, an object that the org lacks included."""
    port = salesforce.another()
    lacking = Entity(name="odd", system=System.SALESFORCE, resource="NoSuchThing", fields=())

    port.expect([*asks, Ask(entity=lacking, cursor=None)])
    shown = {ask.entity.name: port.shown(ask.entity) for ask in asks}

    assert port.calls.total == 1
    assert port.shown(lacking) == frozenset()
    assert shown == {ask.entity.name: salesforce.port.shown(ask.entity) for ask in asks}
    port.close()
