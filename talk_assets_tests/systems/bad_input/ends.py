"""The embedded systems behind relays, in pages of two records, and how to say the same of both."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, unquote_plus, urlsplit

from talk_assets.entities import LOOKUPS, PAIRS, entity_of
from talk_assets.model.changes import Op, Write
from talk_assets.model.system import System
from talk_assets.sandbox import customerp as customerp_sandbox
from talk_assets.sandbox import salesforce as salesforce_sandbox
from talk_assets.sandbox.serving import running
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.http import Patience
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort
from talk_assets_tests.systems.bad_input.relay import Relay

PAGE = 2
RECORDS = 5
ORG, TENANT = salesforce_sandbox.SalesforceSettings(), customerp_sandbox.CustomerpSettings()


@dataclass
class Behind:
    """One end behind a relay. *own* are the names of its properties by ours."""

    system: System
    relay: Relay
    entities: dict
    own: dict
    resources: dict
    ports: list = field(default_factory=list)

    def port(self, url=None):
        """A new port, which knows nothing of earlier failures and never really waits."""
        patience = Patience(retries=1, sleep=lambda _: None, total=20.0)
        made = open_port(self.system, url or self.relay.url, self.entities, patience)
        self.ports.append(made)
        return made

    def where(self, position, kind):
        """Whether a request asks for *kind* at *position*."""
        return lambda asked: _place(self.system, asked, self.resources[kind]) == position

    def records(self, position, value):
        """The list of records inside an answer."""
        if self.system is System.CUSTOMERP:
            return [result["record"] for result in value["results"]] if position == "write" else value["items"]
        if position == "write":
            return value["compositeResponse"][1]["body"]["records"]
        return value if position == "by id" else value["records"]

    def contact(self, key):
        names = {System.SALESFORCE: "LastName", System.CUSTOMERP: "familyName"}
        values = {names[self.system]: f"Name {key}"}
        return Write(intent_id=f"intent-{key}", entity="contact", op=Op.CREATE, values=values, key=key)


def open_port(system, url, entities, patience=None):
    if system is System.CUSTOMERP:
        login = CustomerpLogin(url=url, api_key=TENANT.api_key)
        return CustomerpPort(login=login, entities=entities, patience=patience)
    login = SalesforceLogin(url=url, client_id=ORG.client_id, client_secret=ORG.client_secret)
    return SalesforcePort(login=login, entities=entities, relations={}, patience=patience)


def _place(system, asked, resource):
    place = _place_in_customerp if system is System.CUSTOMERP else _place_in_salesforce
    return place(asked, urlsplit(asked.target), resource)


def _place_in_customerp(asked, parts, resource):
    if asked.method == "POST":
        return "write" if parts.path.endswith("/batch") else None
    if not parts.path.endswith(f"/{resource}"):
        return None
    query = parse_qs(parts.query)
    return "by id" if "ids" in query else "later page" if "cursor" in query else "first page"


def _place_in_salesforce(asked, parts, resource):
    if parts.path.endswith("/queryAll"):
        soql = unquote_plus(parts.query)
        if f"FROM {resource} " not in soql:
            return None
        return "later page" if "Id > " in soql else "first page"
    if parts.path.endswith(f"/composite/sobjects/{resource}"):
        return "by id"
    return "write" if parts.path.endswith("/composite") and b'"POST"' in asked.body else None


def small_pages(asked):
    """Ask for pages of two, and let Salesforce say of a full one that there is more, as it does of its own."""
    few = asked.target.replace("limit=1000", f"limit={PAGE}").replace("LIMIT%202000", f"LIMIT%20{PAGE}")
    few = few.replace("LIMIT+2000", f"LIMIT+{PAGE}")
    return (asked, None) if few == asked.target else (replace(asked, target=few), _more)


def _more(reply):
    if b'"records"' in reply.body and json.loads(reply.body).get("totalSize") == PAGE:
        return reply.with_body(reply.body.replace(b'"done":true', b'"done":false'))
    return reply


@contextmanager
def salesforce_behind():
    entities = {name: entity_of(name, System.SALESFORCE) for name in ("contact", "product")} | LOOKUPS
    app = salesforce_sandbox.create_app()
    with running(app) as url:
        relay = Relay(url, small_pages)
        end = Behind(
            system=System.SALESFORCE,
            relay=relay,
            entities=entities,
            own={
                "id": "Id",
                "stamp": "SystemModstamp",
                "version": "SystemModstamp",
                "deleted": "IsDeleted",
                "text": "LastName",
                "short": "Title",
                "day": "Birthdate",
                "flag": "HasOptedOutOfEmail",
                "number": "UnitPrice",
                "key": "ERP_External_Id__c",
            },
            resources={"contact": "Contact", "number": "PricebookEntry"},
        )
        _fill(end, open_port(System.SALESFORCE, url, entities))
        yield end
        _close(end)
    app.state.close()


@contextmanager
def customerp_behind():
    entities = {name: entity_of(name, System.CUSTOMERP) for name in ("contact", "product", "order")}
    app = customerp_sandbox.create_app()
    with running(app, on_stop=app.state.release) as url:
        relay = Relay(url, small_pages)
        end = Behind(
            system=System.CUSTOMERP,
            relay=relay,
            entities=entities,
            own={
                "id": "id",
                "stamp": "updatedAt",
                "version": "version",
                "deleted": "deleted",
                "text": "familyName",
                "short": "jobTitle",
                "day": "birthDate",
                "flag": "emailOptOut",
                "number": "listPrice",
                "key": "externalKey",
            },
            resources={"contact": "contacts", "number": "products"},
        )
        _fill(end, open_port(System.CUSTOMERP, url, entities))
        yield end
        _close(end)
    app.state.close()


def _fill(end, port):
    contacts = [end.contact(f"key-{n}") for n in range(RECORDS)]
    assert {r.outcome.value for r in port.write(end.entities["contact"], contacts).receipts} == {"applied"}
    price = {"listPrice": "10.50", "currency": "USD"} if end.system is System.CUSTOMERP else {}
    number = "number" if end.system is System.CUSTOMERP else "ProductCode"
    name = "name" if end.system is System.CUSTOMERP else "Name"
    products = [
        Write(
            intent_id=f"p{n}",
            entity="product",
            op=Op.CREATE,
            values={number: f"P{n}", name: "Pump"} | price,
            key=f"p{n}",
        )
        for n in range(RECORDS)
    ]
    made = port.write(end.entities["product"], products).receipts
    if end.system is System.SALESFORCE:
        book = port.standard_pricebook()
        entries = [
            Write(
                intent_id=f"e{n}",
                entity="pricebook_entry",
                op=Op.CREATE,
                values={"Pricebook2Id": book, "Product2Id": one.id, "UnitPrice": "10.50", "IsActive": "true"},
            )
            for n, one in enumerate(made)
        ]
        made = port.write(LOOKUPS["pricebook_entry"], entries).receipts
    assert {r.outcome.value for r in made} == {"applied"}
    port.close()


def _close(end):
    end.relay.close()
    for port in end.ports:
        port.close()


PAIRS_OF = {"contact": PAIRS["contact"], "number": PAIRS["product"]}
