"""Salesforce's Pub/Sub API: subscriptions over real gRPC, with logins at the embedded Salesforce."""

import json
import time
from dataclasses import replace
from itertools import islice

import pytest

from talk_assets.cli.examine import examined, exit_code
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.resources import grant, open_ends, open_event_bus
from talk_assets.sandbox.server import sandbox
from talk_assets.settings import EventBusSettings, Settings, variables_for
from talk_assets.systems.http import HttpClient
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import CallCount
from talk_assets.systems.salesforce.event_bus import EventBus, NotToBeHeardError
from talk_assets.systems.salesforce.login import Session
from talk_assets.systems.salesforce.remembered import Remembered
from talk_assets_tests.systems.salesforce.event_bus_server import event_bus

TOPIC = "/data/ChangeEvents"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    with sandbox() as systems:
        yield Settings.from_environment(
            variables_for(json.loads(systems.as_json_line()), store=tmp_path_factory.mktemp("s") / "talk.db")
        )


@pytest.fixture
def served():
    with event_bus() as bus:
        yield bus


@pytest.fixture
def bus(settings, served):
    opened = open_event_bus(settings, EventBusSettings(url=served.url, topics=(TOPIC,)))
    yield opened
    opened.close()


def test_events_are_counted_as_they_come(settings, served, bus):
    """Who we are goes along as the interface wants it; an answer without events is a sign of life."""
    for events in (0, 2, 0, 1):
        served.tell(events)

    assert list(islice(bus.heard(TOPIC), 4)) == [0, 2, 0, 1]
    (told,) = served.seen
    ends = open_ends(settings)
    assert told["tenantid"] == ends[System.SALESFORCE].identify().tenant
    assert told["instanceurl"] == settings.salesforce.url
    assert told["accesstoken"]
    for end in ends.values():
        end.close()


def test_more_is_asked_for_before_what_was_asked_for_runs_out(served, bus):
    """Else the bus would end the subscription, or hold events back."""
    heard = bus.heard(TOPIC)
    for events in (40, 20):
        served.tell(events)
    assert [next(heard), next(heard)] == [40, 20]
    assert served.asked == [100]

    deadline = time.monotonic() + 30
    while served.asked != [100, 60]:
        assert time.monotonic() < deadline
        served.tell(0)
        assert next(heard) == 0
    heard.close()


def test_a_session_that_ended_is_renewed(served, bus):
    """The subscription that was refused says so; the next one comes with a new token."""
    served.tell(1)
    assert next(bus.heard(TOPIC)) == 1
    served.ended.add(served.seen[0]["accesstoken"])

    with pytest.raises(PeerUnavailableError, match=r"tells no more of /data/ChangeEvents \(UNAUTHENTICATED"):
        next(bus.heard(TOPIC))
    served.tell(3)
    assert next(bus.heard(TOPIC)) == 3
    assert served.seen[-1]["accesstoken"] not in served.ended


def test_a_topic_that_is_not_there_needs_a_person(bus):
    """What is wrong, and what to do."""
    with pytest.raises(NotToBeHeardError) as told:
        next(bus.heard("/data/Nothing__chn"))

    assert str(told.value) == (
        "Salesforce's event bus refuses to tell of /data/Nothing__chn (NOT_FOUND: no such topic: /data/Nothing__chn). "
        "Check the topic's name."
    )


def test_a_bus_that_restarts_or_is_gone_is_told_of(settings, served, bus):
    """Both may pass, so both are tried again by who listens."""
    heard = bus.heard(TOPIC)
    served.tell(0)
    next(heard)
    served.cut()
    with pytest.raises(PeerUnavailableError, match="UNAVAILABLE: the bus restarts"):
        next(heard)

    nowhere = open_event_bus(settings, EventBusSettings(url="http://127.0.0.1:1", topics=(TOPIC,)))
    with pytest.raises(PeerUnavailableError, match="UNAVAILABLE"):
        next(nowhere.heard(TOPIC))
    nowhere.close()


def test_silence_ends_a_subscription(settings, served):
    """A bus says within 270 seconds that nothing happened; one that says nothing for longer is gone."""
    remembered, origin = Remembered(), origin_of(settings.salesforce.url, end=System.SALESFORCE)
    client = HttpClient(end=System.SALESFORCE, origin=origin, credentials=None, calls=CallCount())
    session = Session(client=client, origin=origin, grant=grant(settings.salesforce), remembered=remembered)
    bus = EventBus(url=served.url, instance=str(origin), session=session, remembered=remembered, silence=0.3)
    began = time.monotonic()

    with pytest.raises(PeerUnavailableError, match="silent for too long about /data/ChangeEvents"):
        next(bus.heard(TOPIC))
    assert time.monotonic() - began < 20
    bus.close()


def test_closing_ends_what_listens(served, bus):
    """Without an error: nobody wants to hear more."""
    heard = bus.heard(TOPIC)
    served.tell(1)
    assert next(heard) == 1
    bus.close()

    assert list(heard) == []


def test_tokens_go_over_tls_or_stay_on_this_machine(settings, tmp_path):
    """As for every end; certificates that cannot be read are told of at once."""
    with pytest.raises(ConfigurationError, match="uses http, which would send credentials in the clear"):
        open_event_bus(settings, EventBusSettings(url="http://example.com:7443", topics=(TOPIC,)))
    (tmp_path / "none.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError, match="certificate authorities for Salesforce cannot be read"):
        open_event_bus(
            replace(settings, ca_file=tmp_path / "none.pem"),
            EventBusSettings(url="https://127.0.0.1:7443", topics=(TOPIC,)),
        )


def test_the_doctor_tells_what_the_bus_lets_us_hear(settings, served):
    """A topic that may be heard, one that may not, one that is not there, a bus that is not there: no run is held."""

    def told(url, topics):
        environ = {"TALK_SALESFORCE_PUBSUB_URL": url, "TALK_SALESFORCE_PUBSUB_TOPICS": topics}
        found = [finding for finding in examined(settings, environ) if finding.check == "events"]
        assert exit_code(found) == 0
        return [(finding.weight.value, finding.about, finding.text) for finding in found]

    fine, missing = told(served.url, f"{TOPIC},/data/Nothing__chn")
    assert fine == ("fine", TOPIC, "The event bus tells of /data/ChangeEvents as it happens.")
    assert missing[:2] == ("notice", "/data/Nothing__chn")
    assert "NOT_FOUND: no such topic" in missing[2]
    served.open = False
    assert told(served.url, TOPIC) == [
        ("notice", TOPIC, "The event bus does not let this user listen to /data/ChangeEvents.")
    ]
    ((weight, _, text),) = told("http://127.0.0.1:1", TOPIC)
    assert (weight, "UNAVAILABLE" in text) == ("notice", True)
