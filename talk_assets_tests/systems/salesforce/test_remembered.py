"""What one port of an org leaves to the next one of the same process."""

import json

import pytest

from talk_assets.model.errors import ConfigurationError
from talk_assets.sandbox.salesforce import SalesforceSettings
from talk_assets.systems.port import Ask
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort
from talk_assets.systems.salesforce.remembered import KEPT_SECONDS, Remembered, Token

USER = "005000000000001AAA"


@pytest.fixture
def remembered():
    """A memory whose clock stands still until it is set."""
    clock = [0.0]
    return Remembered(timer=lambda: clock[0]), clock


def port_of(url, remembered, patience=None):
    org = SalesforceSettings()
    return SalesforcePort(
        login=SalesforceLogin(url=url, client_id=org.client_id, client_secret=org.client_secret),
        entities={},
        relations={},
        remembered=remembered,
        patience=patience,
    )


def test_the_next_port_asks_only_what_changed(salesforce, remembered):
    """No login, no question who the org is, no descriptions, until they are old; then all but the login."""
    memory, clock = remembered
    contact = salesforce.entities["contact"]
    asked = []
    for seconds in (0.0, KEPT_SECONDS, KEPT_SECONDS + 1):
        clock[0] = seconds
        port = port_of(salesforce.url, memory)
        port.identify()
        port.expect([Ask(entity=contact, cursor=None)])
        list(port.fetch(contact, None))
        asked.append(dict(port.calls.by_kind))
        port.close()

    assert asked[0] == {"login": 1, "identity": 1, "describe": 1, "query": 1}
    assert asked[1] == {"query": 1}
    assert asked[2] == {"identity": 1, "describe": 1, "query": 1}


def test_a_session_that_ends_may_not_lead_to_another_org(peer, answer, patience, order):
    """A sandbox that was refreshed under its old address is another org: nothing goes on as if it were not."""
    one = peer()

    def token(org):
        told = {"access_token": f"{org}!t", "instance_url": one.url, "id": f"https://x/id/{org}/{USER}"}
        return answer(json.dumps(told).encode())

    names = [{"name": name} for name in ("Id", "IsDeleted", "SystemModstamp", "Name", "ERP_External_Id__c")]
    one.answers += [
        token("00D000000000001AAA"),
        answer(json.dumps({"fields": names}).encode()),
        answer(b'[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]', status="401 Unauthorized"),
        token("00D000000000002AAA"),
    ]
    memory = Remembered()
    port = port_of(one.url, memory, patience)

    with pytest.raises(ConfigurationError, match="another org"):
        list(port.fetch(order, None))

    assert (memory.token, memory.identity, memory.shapes) == (None, None, {})


def test_the_token_is_not_shown(remembered):
    """What is remembered can be printed without its secret."""
    memory, _ = remembered
    memory.token = Token(header="Bearer 00D!secret", user=None, org=None)

    assert "secret" not in repr(memory)
