"""A scripted Salesforce for orders and their lines."""

import json

import pytest

from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort

KEY = "ERP_External_Id__c"
LINE = Entity(
    name="line", system=System.SALESFORCE, resource="OrderItem", fields=(), key_path=KEY, parent_path="OrderId"
)
ORDER = Entity(name="order", system=System.SALESFORCE, resource="Order", fields=(Field(path="Name"),), key_path=KEY)


@pytest.fixture
def orders(peer, answer, patience):
    """Start a peer that logs in, describes what is asked for, and then answers as told."""

    def start(*answers, describes=1):
        names = ["Id", "IsDeleted", "SystemModstamp", "Name", "OrderId", KEY]
        describe = answer(json.dumps({"fields": [{"name": name} for name in names]}).encode())
        one = peer()
        token = json.dumps({"access_token": "00D!t", "instance_url": one.url}).encode()
        one.answers += [answer(token), *[describe] * describes, *answers]
        port = SalesforcePort(
            login=SalesforceLogin(url=one.url, client_id="c", client_secret="s"),
            entities={"order": ORDER, "line": LINE},
            relations={"line": "OrderItems"},
            patience=patience,
        )
        return one, port

    return start


@pytest.fixture
def order():
    return ORDER
