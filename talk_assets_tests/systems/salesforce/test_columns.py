"""What an org has and lacks, against the embedded Salesforce."""

import pytest

from talk_assets.model.changes import Outcome
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN, Entity


def test_what_the_org_lacks_is_not_shown_and_its_currency_is_filled_in(salesforce):
    """Fields the org does not have do not read as empty; records of a one-currency org carry its currency."""
    written = salesforce.send(salesforce.contact("k1", first="Ada", Missing__c="never sent", CurrencyIsoCode="EUR"))
    stored = written.stored.frames["contact"].to_dicts()[0]

    assert written.receipts[0].outcome is Outcome.APPLIED
    assert (stored["Missing__c"], stored["CurrencyIsoCode"]) == (NOT_SHOWN, "USD")


def test_objects_are_described_once(salesforce):
    """What an org has is asked once per object."""
    for _ in range(3):
        salesforce.fetch("contact")
    salesforce.send(salesforce.contact("k1"))

    described = {name for name in salesforce.entities if name not in {"order", "order_line"}}
    assert salesforce.port.calls.by_kind["describe"] == len(described)


def test_missing_key_field_is_a_configuration_error(salesforce):
    """Without the field for our key nothing is read or written, and the message names it."""
    entity = Entity(name="contact", system=System.SALESFORCE, resource="Contact", fields=(), key_path="Other_Key__c")

    with pytest.raises(ConfigurationError, match="Other_Key__c"):
        list(salesforce.port.fetch(entity, None))


def test_missing_object_is_a_configuration_error(salesforce):
    """An org without quotes says so before anything is asked of them."""
    entity = Entity(name="odd", system=System.SALESFORCE, resource="NoSuchThing", fields=())

    with pytest.raises(ConfigurationError, match="NoSuchThing"):
        list(salesforce.port.fetch(entity, None))
