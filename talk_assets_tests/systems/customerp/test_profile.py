"""What the client makes of what a Customerp says it can do."""

import json

import httpx
import pytest

from talk_assets.entities import entity_of
from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.system import System
from talk_assets.sandbox.customerp import CustomerpSettings, create_app
from talk_assets.sandbox.customerp import Profile as Lacking
from talk_assets.sandbox.customerp.profile import CAPABILITIES
from talk_assets.sandbox.serving import running
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.customerp.profile import Profile
from talk_assets_tests.systems.peer import http_answer

CONTACT = entity_of("contact", System.CUSTOMERP)
OWN = CustomerpSettings()


@pytest.fixture
def served():
    """Start a Customerp without some capabilities; a port to it and a person's client."""
    opened = []

    def start(*without):
        app = create_app(settings=CustomerpSettings(profile=Lacking.lacking(without)))
        serving = running(app, on_stop=app.state.release)
        url = serving.__enter__()
        headers = {"Authorization": f"Bearer {OWN.api_key}"}
        person = httpx.Client(base_url=f"{url}/api/v1", headers=headers, trust_env=False)
        port = CustomerpPort(login=CustomerpLogin(url=url, api_key=OWN.api_key), entities={"contact": CONTACT})
        opened.append((serving, app, person, port))
        return port, person

    yield start
    for serving, app, person, port in opened:
        port.close()
        person.close()
        serving.__exit__(None, None, None)
        app.state.close()


def test_nothing_said_is_everything_there():
    """A server that names no capability has them all; what it names counts."""
    assert Profile.of(None) == Profile.of({}) == Profile()
    assert Profile.of({"etag": False, "batch": 0, "paging": "offset", "visibility_lag": 3}) == Profile(
        etag=False, batch=False, keyset=False, lag=3.0
    )


@pytest.mark.parametrize(
    "told", [{"paging": "sometimes"}, {"etag": "no"}, {"visibility_lag": -1}, {"stamp_grain": 10**6}, {"changes": None}]
)
def test_a_value_of_another_kind_is_refused_by_name(told):
    """What cannot be understood is not guessed."""
    with pytest.raises(ValueError, match=next(iter(told))):
        Profile.of(told)


@pytest.mark.parametrize("name", CAPABILITIES)
def test_what_the_embedded_server_lacks_is_understood(served, name):
    """Each lack is told by the server and read by the client, and no other with it."""
    port, _ = served(name)
    lacks = {
        "paging": not port.profile.keyset,
        "stamp_grain": port.profile.grain > 0.000001,
        "visibility_lag": port.profile.lag > 0,
    } | {one: not getattr(port.profile, one) for one in CAPABILITIES[:6]}

    assert {one for one, lacking in lacks.items() if lacking} == {name}


def test_counted_pages_lose_nothing_while_records_leave_and_move(served):
    """Thirty records of the page that was read are deleted and one moves to the end: the others all come."""
    port, person = served("paging", "tombstones", "changes")
    made = []
    for start in (0, 500, 1000):
        names = [f"Person {number}" for number in range(start, min(start + 500, 1100))]
        body = {"operations": [{"op": "create", "resource": "contacts", "body": {"familyName": n}} for n in names]}
        made += [one["record"] for one in person.post("/batch", json=body).json()["results"]]
    pages = port.fetch(CONTACT, None)
    seen = set(next(pages).frames["contact"]["_id"])
    for record in made[100:130]:
        person.delete(f"/contacts/{record['id']}", headers={"If-Match": "*"}).raise_for_status()
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    person.patch(f"/contacts/{made[5]['id']}", content=b'{"jobTitle":"Moved"}', headers=headers).raise_for_status()
    last = None
    for page in pages:
        seen |= set(page.frames["contact"]["_id"])
        last = page.cursor

    assert {record["id"] for record in made} <= seen
    assert last is not None


def test_the_head_without_a_feed_stands_still_until_something_changes(served):
    """Asked again and again the token stays; after an edit it is another one."""
    port, person = served("changes", "stamp_grain")
    made = person.post("/contacts", json={"familyName": "Curie"}).json()
    first = port.head([CONTACT], {})
    second = port.head([CONTACT], first)
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    person.patch(f"/contacts/{made['id']}", content=b'{"jobTitle":"Moved"}', headers=headers).raise_for_status()
    third = port.head([CONTACT], second)

    assert first == second
    assert third != second
    assert port.head([CONTACT], third) == third


def test_what_the_feed_calls_deleted_is_believed_where_nothing_more_is_shown(served):
    """Without tombstones the record is told as gone, not as unread."""
    port, person = served("tombstones")
    made = person.post("/contacts", json={"familyName": "Curie"}).json()
    *_, last = port.fetch(CONTACT, None)
    person.delete(f"/contacts/{made['id']}", headers={"If-Match": "*"}).raise_for_status()
    (page,) = port.fetch(CONTACT, last.cursor)

    assert page.gone == (made["id"],)
    assert page.rejects == ()


def test_a_strange_description_is_no_profile(peer, patience):
    """A server that says what cannot be is not worked with."""
    told = {"tenant": "t", "name": "n", "capabilities": {"paging": "sometimes"}}
    one = peer(http_answer(json.dumps(told).encode()))
    login = CustomerpLogin(url=one.url, api_key="canary-key")
    port = CustomerpPort(login=login, entities={"contact": CONTACT}, patience=patience)

    with pytest.raises(PeerAnswerError, match="paging"):
        port.identify()
    port.close()
