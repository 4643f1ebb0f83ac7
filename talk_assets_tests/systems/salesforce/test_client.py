"""The Salesforce client against the embedded Salesforce, and against scripted answers."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from talk_assets.model.changes import Op, Write
from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field
from talk_assets.sandbox import salesforce as sandbox
from talk_assets.sandbox.serving import running
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort

CONTACT = Entity(
    name="contact",
    system=System.SALESFORCE,
    resource="Contact",
    key_path="ERP_External_Id__c",
    fields=(Field(path="LastName"),),
)
STAMP = "2024-09-10T14:20:17.000+0000"


def port_to(url, *, patience=None, secret=None, **facts):
    settings = sandbox.SalesforceSettings()
    login = SalesforceLogin(url=url, client_id=settings.client_id, client_secret=secret or settings.client_secret)
    return SalesforcePort(login=login, entities={}, relations={}, patience=patience, **facts)


class Clock:
    def __init__(self):
        self.now = datetime(2024, 9, 10, 14, 20, 17, 900_000, UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def token(answer):
    """Build the answer to a login at *url*."""

    def build(url, text="00D!token"):
        return answer(json.dumps({"access_token": text, "instance_url": url}).encode())

    return build


@pytest.fixture
def scripted(peer, answer, token, patience):
    """Start a peer that logs in, describes Contact, and then answers as told."""

    def start(*answers, described=True):
        names = ["Id", "IsDeleted", "SystemModstamp", "LastName", "ERP_External_Id__c"]
        describe = answer(json.dumps({"fields": [{"name": name} for name in names]}).encode())
        one = peer()
        one.answers += [token(one.url), *([describe] if described else []), *answers]
        return one, port_to(one.url, patience=patience, lookback=timedelta(seconds=600))

    return start


def page(*records, done=True, **facts):
    return json.dumps({"totalSize": len(records), "done": done, "records": list(records)} | facts).encode()


def row(n, stamp=STAMP):
    return {
        "attributes": {"type": "Contact"},
        "Id": f"003{n:012d}AAA",
        "IsDeleted": False,
        "SystemModstamp": stamp,
        "LastName": "Byron",
        "ERP_External_Id__c": None,
    }


def asked(request):
    """Return the SOQL of a request."""
    return httpx.URL("http://x" + request[0].split(" ")[1]).params["q"]


def test_pages_go_by_stamp_and_id():
    """Far more records than a page holds, all with one stamp, are read without loss or repeat."""
    clock = Clock()
    with running(sandbox.create_app(clock=clock)) as url:
        port = port_to(url, lookback=timedelta(0))
        for start in range(0, 4200, 200):
            batch = [_contact(f"k{n}", LastName=f"Name {n}") for n in range(start, start + 200)]
            port.write(CONTACT, batch)
        pages = list(port.fetch(CONTACT, None))
        names = [name for one in pages for name in one.frames["contact"]["LastName"]]

    assert [one.frames["contact"].height for one in pages] == [2000, 2000, 200]
    assert len(set(names)) == len(names) == 4200
    assert pages[-1].cursor == '{"stamp": "2024-09-10T14:20:17Z"}'


def _contact(key, **values):
    return Write(intent_id=key, entity="contact", op=Op.CREATE, values=values, key=key)


def test_every_incremental_fetch_looks_back(scripted, answer):
    """A row that became visible late, with an older stamp, is within the window that is read again."""
    one, port = scripted(answer(page(row(1))), answer(page()))
    cursor = list(port.fetch(CONTACT, None))[-1].cursor
    list(port.fetch(CONTACT, cursor))

    assert "SystemModstamp >= 2024-09-10T14:10:17.000Z" in asked(one.requests[-1])
    assert "WHERE" not in asked(one.requests[-2])


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Tue, 10 Sep 2024 14:20:10 GMT", "2024-09-10T14:20:10Z"),
        ("Tue, 10 Sep 2024 15:00:00 GMT", "2024-09-10T15:00:00Z"),
    ],
    ids=["stamp ahead of the server's clock", "stamp behind it"],
)
def test_cursor_is_the_servers_clock_when_the_fetch_began(scripted, answer, date, expected):
    """What was stamped later may not be complete yet; and a quiet org is not read again for ever."""
    _, port = scripted(answer(page(row(1)), headers=(f"Date: {date}",)))

    assert json.loads(list(port.fetch(CONTACT, None))[-1].cursor)["stamp"] == expected


def test_cursor_never_goes_back(scripted, answer):
    """Neither rows of the window that is read again nor a server clock that was set back move the cursor back."""
    old = json.dumps({"stamp": "2024-09-10T14:25:00Z"})
    _, port = scripted(
        answer(page(row(1)), headers=("Date: Tue, 10 Sep 2024 14:00:00 GMT",)),
        answer(page()),
    )

    assert [list(port.fetch(CONTACT, old))[-1].cursor for _ in range(2)] == [old, old]


def test_addresses_of_next_pages_are_not_followed(scripted, peer, answer):
    """A short page goes on from its last record on our own address, wherever its link points."""
    other = peer(answer(page(row(9))))
    hostile = page(row(1), done=False, nextRecordsUrl=f"{other.url}/services/data/v62.0/query/01g-2000")
    one, port = scripted(answer(hostile), answer(page(row(2))))
    pages = list(port.fetch(CONTACT, None))

    assert [p.frames["contact"]["_id"].to_list() for p in pages] == [[row(1)["Id"]], [row(2)["Id"]]]
    assert other.requests == []
    assert f"Id > '{row(1)['Id']}'" in asked(one.requests[-1])


def test_page_that_repeats_itself_is_refused(scripted, answer):
    """An end that gives the same page for ever does not keep us for ever."""
    again = page(row(1), done=False)
    _, port = scripted(answer(again), answer(again))

    with pytest.raises(PeerAnswerError, match="in order"):
        list(port.fetch(CONTACT, None))


def test_broken_page_yields_no_cursor(scripted, answer):
    """A fetch that ends early has yielded no cursor, so nothing is taken as read."""
    _, port = scripted(answer(page(row(1), done=False)), *[answer(b'{"done":', length=90)] * 4)
    pages = []
    with pytest.raises(PeerUnavailableError):
        pages.extend(port.fetch(CONTACT, None))
    assert [one.cursor for one in pages] == [None] * len(pages)


def test_identity_is_the_organization(salesforce):
    """The organization's id and currency are asked for."""
    identity = salesforce.port.identify()

    assert (len(identity.tenant), identity.currency) == (18, "USD")


def test_expired_session_is_renewed_within_a_fetch(salesforce):
    """When the org ends the session the same fetch goes on with a new one."""
    salesforce.fetch("contact")
    httpx.delete(f"{salesforce.url}/sandbox/sessions").raise_for_status()
    rows, cursor = salesforce.fetch("contact")

    assert (rows, cursor is not None) == ({}, True)
    assert salesforce.port.calls.by_kind["login"] == 2


def test_reading_a_deleted_record_gives_its_tombstone(salesforce):
    """The recycle bin still knows a deleted record by id."""
    record_id = salesforce.send(salesforce.contact("k1")).receipts[0].id
    salesforce.send(salesforce.write("contact", Op.DELETE, id=record_id))
    rows = salesforce.port.read(salesforce.entities["contact"], ids=[record_id]).frames["contact"]

    assert rows.select("_id", "_deleted").rows() == [(record_id, True)]


def test_reading_by_a_reused_key_gives_the_live_record(salesforce):
    """A deleted record gives its key free; who carries it now is the one that counts."""
    old = salesforce.send(salesforce.contact("k1")).receipts[0].id
    salesforce.send(salesforce.write("contact", Op.DELETE, id=old))
    new = salesforce.send(salesforce.contact("k1")).receipts[0].id
    rows = salesforce.port.read(salesforce.entities["contact"], keys=["k1"]).frames["contact"]

    assert rows["_id"].to_list() == [new]


def test_hostile_key_finds_nothing(salesforce):
    """Quotes in a key do not reach the query's grammar."""
    salesforce.send(salesforce.contact("k1"))
    rows = salesforce.port.read(salesforce.entities["contact"], keys=["x') OR (Id != '"])

    assert rows.frames["contact"].height == 0


def test_malformed_ids_are_not_sent(salesforce):
    """An id that is none never becomes part of a request."""
    with pytest.raises(ValueError, match="record id"):
        salesforce.port.read(salesforce.entities["contact"], ids=["003' OR Id != '"])


@pytest.mark.parametrize("status", ["403 Forbidden", "400 Bad Request"])
def test_used_up_allowance_stops_the_run(scripted, answer, status):
    """An org whose request limit is reached is not asked again in this run."""
    body = b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]'
    _, port = scripted(answer(body, status=status))

    with pytest.raises(PeerUnavailableError, match="REQUEST_LIMIT_EXCEEDED"):
        list(port.fetch(CONTACT, None))


def test_refused_login_says_what_to_check(salesforce, patience):
    """A wrong secret is a configuration error that does not show the secret."""
    wrong = port_to(salesforce.url, secret="canary-secret", patience=patience)

    with pytest.raises(ConfigurationError, match="refuses the login") as error:
        wrong.identify()
    assert "canary" not in str(error.value)
    assert "canary" not in repr(SalesforceLogin(url="u", client_id="c", client_secret="canary"))


def test_login_that_points_elsewhere_is_refused(peer, token, patience):
    """The token is not taken to another host, even if the login says that the org lives there."""
    one = peer()
    one.answers.append(token("https://other.my.salesforce.com"))

    with pytest.raises(ConfigurationError, match=r"other\.my\.salesforce\.com"):
        port_to(one.url, patience=patience).identify()
    assert len(one.requests) == 1


def test_our_writes_are_marked(scripted, answer):
    """Change events name the client that made a change, so that others can tell our writes."""
    one, port = scripted(answer(page()))
    list(port.fetch(CONTACT, None))

    assert "sforce-call-options: client=talk-assets" in one.requests[-1][0].lower()


def test_refused_query_names_what_salesforce_said(salesforce):
    """A field the integration user may not see is told with Salesforce's own code, nothing is used."""
    odd = Entity(name="odd", system=System.SALESFORCE, resource="Contact", fields=(Field(path="Account.Bogus"),))
    with pytest.raises(PeerAnswerError, match="INVALID_FIELD"):
        list(salesforce.port.fetch(odd, None))
    with pytest.raises(PeerAnswerError, match="INVALID_FIELD"):
        salesforce.port.read(
            Entity(
                name="odd",
                system=System.SALESFORCE,
                resource="Contact",
                key_path="ERP_External_Id__c",
                fields=(Field(path="Account.Bogus"),),
            ),
            keys=["k1"],
        )


def test_broken_json_names_the_request(scripted, answer):
    """A body that cannot be used is told with the request it answered, without the query."""
    _, port = scripted(answer(b'{"done":NaN}'))

    with pytest.raises(PeerAnswerError, match=r"Salesforce: GET /services/data/v62\.0/queryAll") as error:
        list(port.fetch(CONTACT, None))
    assert "SELECT" not in str(error.value)
