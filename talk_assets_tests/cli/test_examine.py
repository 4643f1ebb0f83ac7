"""`talk doctor`: every finding, against embedded systems that were changed accordingly."""

import json
from contextlib import ExitStack
from dataclasses import replace

import pytest
from starlette.middleware import Middleware

from talk_assets.automation.cycle import run_cycle
from talk_assets.cli import upstate
from talk_assets.cli.examine import examined, exit_code
from talk_assets.entities import PAIRS
from talk_assets.fitness import erp, linter, org
from talk_assets.fitness.findings import Weight
from talk_assets.model.reserve import Reserve
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.serving import running
from talk_assets.settings import Settings, variables_for
from talk_assets.systems.http import Patience

OBJECTS = 9
"""Account, Contact, Opportunity, Order, OrderItem, PricebookEntry, Product2, Quote, QuoteLineItem."""


class Bend:
    """Lets describes say something else of single fields: {object: {field: facts, or None to hide it}}."""

    def __init__(self, app, *, bends):
        self.app = app
        self.bends = bends

    async def __call__(self, scope, receive, send):
        name = scope["path"].split("/")[-2] if scope["type"] == "http" and scope["path"].endswith("/describe") else None
        if name not in self.bends:
            await self.app(scope, receive, send)
            return
        started, body = [], b""

        async def keep(message):
            nonlocal body
            if message["type"] == "http.response.start":
                started.append(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                told = json.dumps(self.bent(json.loads(body), self.bends[name])).encode()
                headers = [(k, v) for k, v in started[0]["headers"] if k != b"content-length"]
                await send(started[0] | {"headers": [*headers, (b"content-length", str(len(told)).encode())]})
                await send({"type": "http.response.body", "body": told})

        await self.app(scope, receive, keep)

    def bent(self, described, bends):
        described |= bends.get("", {})
        fields = [
            f | (bends.get(f["name"], {}) or {}) for f in described["fields"] if bends.get(f["name"], {}) is not None
        ]
        return described | {"fields": fields}


class Both:
    """Both systems served; `bends` may be changed at any time."""

    def __init__(self, stack, **settings):
        self.bends = {}
        org_settings, tenant = salesforce.SalesforceSettings(**settings), customerp.CustomerpSettings()
        apps = (
            salesforce.create_app(settings=org_settings, middleware=[Middleware(Bend, bends=self.bends)]),
            customerp.create_app(settings=tenant),
        )
        for app in apps:
            stack.callback(app.state.close)
        urls = [
            stack.enter_context(running(apps[0])),
            stack.enter_context(running(apps[1], on_stop=apps[1].state.release)),
        ]
        self.facts = {
            "salesforce": {
                "url": urls[0],
                "client_id": org_settings.client_id,
                "client_secret": org_settings.client_secret,
                "external_id_field": org_settings.external_id_field,
            },
            "customerp": {"url": urls[1], "api_key": tenant.api_key},
        }

    def look(self, tmp_path, **more):
        environ = variables_for(self.facts, store=tmp_path / "s.duckdb") | more
        quick = Patience(retries=0, first_pause=0.0)
        return examined(Settings.from_environment(environ), environ, patience=quick)


@pytest.fixture(scope="module")
def both():
    with ExitStack() as stack:
        yield Both(stack)


def told(found, *checks):
    return [f for f in found if f.check in checks and f.weight is not Weight.FINE]


def test_a_fitting_org_and_erp_have_no_problems(both, tmp_path):
    """Logins, version, price book, calls and every list are as they should be."""
    found = both.look(tmp_path)

    assert exit_code(found) == 0
    assert {f.check for f in found if f.weight is Weight.FINE and f.system is System.SALESFORCE} >= {
        "login",
        "version",
        "pricebook",
        "calls_left",
        "forecast",
    }
    assert [f.about for f in found if f.check == "resource"] == ["products", "contacts", "quotes", "orders"]


@pytest.mark.parametrize(
    ("field", "facts", "check", "weight", "words"),
    [
        ("Contact.Title", {"createable": False, "updateable": False}, "writable", "problem", "permission set"),
        ("Contact.Title", {"calculated": True, "updateable": False}, "derived", "problem", "as derived"),
        ("Contact.Title", {"length": 20}, "length", "notice", "holds 20 characters and 128 are declared"),
        ("Contact.Title", {"type": "double"}, "type", "problem", "is of type double"),
        ("Contact.Birthdate", {"type": "datetime"}, "type", "problem", "is of type datetime"),
        ("Contact.HasOptedOutOfEmail", {"type": "string"}, "type", "problem", "is of type string"),
        ("Contact.Title", None, "field", "notice", "Contact has no field Title"),
        ("Contact.LastName", None, "field", "problem", "Contact has no field LastName"),
        ("Contact.ERP_External_Id__c", None, "key", "problem", "no field ERP_External_Id__c for our key"),
        ("Contact.ERP_External_Id__c", {"unique": False}, "key", "problem", "is not unique"),
        ("Contact.ERP_External_Id__c", {"externalId": False}, "key", "problem", "is no external id"),
        ("Contact.ERP_External_Id__c", {"length": 20}, "key", "problem", "holds 20 characters, not 64"),
        ("Contact.ERP_External_Id__c", {"createable": False}, "key", "problem", "cannot be written"),
        ("Contact.Fax", {"nillable": False}, "required", "problem", "The org requires Contact.Fax"),
        ("Contact.Salutation", {"restrictedPicklist": True}, "picklist", "problem", "does not list"),
        ("Product2.Family", {"restrictedPicklist": True}, "picklist", "notice", "restricted picklist"),
        ("Contact.", {"createable": False}, "permission", "problem", "may not create records of Contact"),
        ("Contact.", {"updateable": False}, "permission", "problem", "may not edit records of Contact"),
        ("Opportunity.StageName", {"picklistValues": [{"value": "New", "active": True}]}, "stage", "problem", "New"),
    ],
)
def test_a_field_that_does_not_fit_is_found(  # noqa: PLR0917 - a row of the table above
    both, tmp_path, field, facts, check, weight, words
):
    """Each finding names object and field, says what follows and what to do."""
    name, _, field = field.partition(".")
    both.bends[name] = {field: facts}
    if check == "picklist":
        both.bends[name][field] = facts | {"type": "picklist", "picklistValues": [{"value": "Odd", "active": True}]}
    try:
        found = both.look(tmp_path)
    finally:
        both.bends.clear()

    (one,) = [f for f in told(found, check) if f.about.startswith(name) and words in f"{f.text} {f.action}"]
    assert one.weight.value == weight
    assert one.action
    assert exit_code(found) == (2 if weight == "problem" else 0)


@pytest.mark.parametrize(
    ("shape", "check", "about"),
    [
        ("no-quotes", "object", ["Quote", "QuoteLineItem"]),
        ("no-orders", "object", ["Order", "OrderItem"]),
        ("required-fields", "required", ["Product2.Tax_Class__c", "Contact.Region__c"]),
        ("multi-currency", "currencies", ["CurrencyIsoCode"]),
        ("person-accounts", "person_accounts", ["Account"]),
        ("country-picklists", "countries", ["MailingCountry"]),
    ],
)
def test_orgs_of_other_shapes_are_told(tmp_path, shape, check, about):
    """What an org has switched on or off is found by what it shows."""
    with ExitStack() as stack:
        found = Both(stack, shape=salesforce.read_shape(shape)).look(tmp_path)

    assert [f.about for f in told(found, check)] == about
    assert all(f.action for f in told(found, check))


def test_version_price_book_and_calls(tmp_path):
    """An old version ends the look at Salesforce; a closed price book and few calls are problems."""
    with ExitStack() as stack:
        ends = Both(stack, standard_price_book_active=False, daily_api_requests=50)
        found = ends.look(tmp_path, TALK_SALESFORCE_RESERVE="49")
        old = ends.look(tmp_path, TALK_SALESFORCE_API_VERSION="99.0")

    assert [f.check for f in told(found, "pricebook", "calls_left", "forecast")] == [
        "pricebook",
        "calls_left",
        "forecast",
    ]
    assert "TALK_SALESFORCE_API_VERSION to 68.0" in told(old, "version")[0].action
    assert [f.check for f in old if f.system is System.SALESFORCE] == ["login", "version"]


def test_one_end_that_fails_does_not_hide_the_other(both, tmp_path):
    """A refused login and an end that is away are findings with the error's own words, and the exit code tells."""
    refused = both.look(tmp_path, TALK_SALESFORCE_CLIENT_SECRET="c4n4ry-wrong")
    away = both.look(tmp_path, TALK_CUSTOMERP_URL="http://127.0.0.1:1")

    assert [f.system for f in told(refused, "login")] == [System.SALESFORCE]
    assert "c4n4ry" not in str(refused)
    assert any(f.check == "resource" for f in refused)
    assert (exit_code(refused), exit_code(away)) == (2, 4)
    assert [f.system for f in told(away, "unavailable")] == [System.CUSTOMERP]


def test_two_properties_on_one_target_are_found_whatever_their_case():
    """Salesforce knows no case in names, and our key is a target as well."""
    contact = PAIRS["contact"]
    doubled = [
        replace(p, salesforce=replace(p.salesforce, path="TITLE")) if p.name == "department" else p
        for p in contact.properties
    ]
    pair = replace(contact, properties=tuple(doubled), salesforce_key="Email")
    found = linter.lint({}, [pair], {})

    assert sorted(f.text for f in found) == [
        "Contact.email is written by our key and by email; each undoes the other.",
        "Contact.title is written by job_title and by department; each undoes the other.",
    ]


@pytest.mark.parametrize(
    ("told_of_itself", "check", "words"),
    [
        ({"version": "2.0"}, "version", "version 1"),
        ({"version": "1.0", "capabilities": {"etag": False}}, "capability", "no etag"),
        ({"version": "1.0", "serverTime": "2026-03-14T12:10:00Z"}, "clock", "600 s apart"),
    ],
)
def test_what_an_erp_says_of_itself_is_judged(told_of_itself, check, words):
    """Another version is a problem; what it lacks, and a clock that goes wrong, are worth knowing."""
    now = erp.datetime.fromisoformat("2026-03-14T12:00:00Z")
    (one,) = told(list(erp.described(told_of_itself, now=now)), check)

    assert words in one.text
    assert one.action


def test_the_forecast_counts_what_an_idle_run_really_calls(both, tmp_path):
    """The figure that the forecast is made of is that of a run in which nothing moves."""
    environ = variables_for(both.facts, store=tmp_path / "s.duckdb")
    settings = Settings.from_environment(environ)
    for _ in range(2):
        with open_session(settings) as session:
            run_cycle(session)
            made = session.ends[System.SALESFORCE].calls.total

    assert made == org.idle_run(OBJECTS)


def test_the_forecast_weighs_by_what_the_org_allows():
    """Two calls a ring every 30 seconds, or a quarter of all, and 97 idle runs: fine, worth a word, or too much."""
    weights = [
        list(
            org.calls(
                allowance=allowance,
                remaining=allowance,
                reserve=Reserve(share=0.1),
                objects=OBJECTS,
                doorbell=org.timedelta(seconds=30),
                share=0.25,
            )
        )[-1]
        for allowance in (100_000, 1_000, 400)
    ]

    assert [one.weight for one in weights] == [Weight.FINE, Weight.NOTICE, Weight.PROBLEM]
    assert "about 6,148 calls a day" in weights[0].text


def test_the_command_tells_it_in_words_and_in_json(talk, both):
    """Problems by exit code, among them that of a `talk up` that was killed; JSON has the same findings."""
    environ = {**variables_for(both.facts, store=talk.folder / "s.duckdb")}
    words = talk.run("doctor", **environ)
    home = talk.folder / "elsewhere/dagster_home"
    home.mkdir(parents=True)
    noted = "2026-03-14T09:00:00+00:00"
    upstate.write(home, upstate.UpState(process="host boot 0 0", url="", since=noted, looked=noted, kept=()))
    data = talk.run("doctor", "--json", "--data-dir", "elsewhere", **environ)

    assert (words.returncode, data.returncode) == (0, 2), data.stderr
    assert "talk up" not in words.stdout
    (told,) = json.loads(data.stdout)["talk_up"]
    assert told["weight"] == "problem"
    assert "Nothing stands in the way of a run." in words.stdout
    assert "✓ The login by client_credentials works." in words.stdout
    assert {f["check"] for f in json.loads(data.stdout)["findings"]} >= {"login", "version", "forecast", "resource"}
