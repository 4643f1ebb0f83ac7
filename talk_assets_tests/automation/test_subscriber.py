"""Listening to an end's events, whatever becomes of the subscription."""

import json
import time

import pytest

from talk_assets.automation.ear import has_rung
from talk_assets.automation.subscriber import REFUSED_PAUSE, Subscriber
from talk_assets.cli.events import hearing_events
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.sandbox.server import sandbox
from talk_assets.settings import EventBusSettings, Settings, variables_for
from talk_assets_tests.systems.salesforce.event_bus_server import event_bus


def played(*subscriptions):
    """What a listener does when its subscriptions come out as told: its rings, words and pauses, in order."""
    done, left = [], list(subscriptions)

    def heard():
        *answers, end = left.pop(0)
        yield from answers
        if end is not None:
            raise end

    def wait(seconds):
        done.append(seconds)
        return not left

    Subscriber(
        heard=heard,
        ring=lambda: done.append("ring"),
        tell=lambda text: done.append(text.partition(":")[0]),
        wait=wait,
        jitter=lambda: 1.0,
    ).listen()
    return done


GONE = PeerUnavailableError("Gone.")
LOST = "Gone. Nothing is lost"


def test_events_ring_and_signs_of_life_do_not():
    """Once for each answer with events, and once at the beginning for what happened before."""
    assert played((0, 2, 0, 1, None)) == [0.0, "ring", "ring", "ring"]


def test_it_listens_again_with_pauses_that_double():
    """Lost and back are told of once each; each new subscription begins with a ring."""
    assert played((1, GONE), (GONE,), (GONE,), (0, 3, None)) == [
        *(0.0, "ring", "ring", LOST),
        *(1.0, "ring"),
        *(2.0, "ring"),
        *(4.0, "ring", "Events are heard again.", "ring"),
    ]


def test_pauses_end_at_a_minute_and_begin_anew_after_success():
    """A bus that is away for long is found again soon after it is back."""
    pauses = [one for one in played(*[(GONE,)] * 9, (0, GONE), (None,)) if isinstance(one, float)]

    assert pauses == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 1.0]


def test_what_a_person_has_to_mend_is_tried_seldom():
    """It is not asked again and again for a topic that is not there."""
    refused = ConfigurationError("No such topic.")

    assert played((refused,), (None,)) == [
        *(0.0, "ring", "No such topic. Nothing is lost", REFUSED_PAUSE),
        *(1.0, "ring"),
    ]


def test_talk_up_listens_where_a_bus_is_named(tmp_path):
    """An event rings Salesforce's bell in Dagster's home; without the setting nobody listens."""
    with sandbox() as systems, event_bus() as bus:
        environ = variables_for(json.loads(systems.as_json_line()), store=tmp_path / "talk.duckdb")
        settings = Settings.from_environment(environ)
        with hearing_events(environ, settings, home=tmp_path, say=print):
            assert not has_rung(tmp_path, System.SALESFORCE, since=0)
        named = environ | {"TALK_SALESFORCE_PUBSUB_URL": bus.url}
        with hearing_events(named, settings, home=tmp_path, say=print):
            assert bus.subscribed.get(timeout=30) == "/data/ChangeEvents"
            assert has_rung(tmp_path, System.SALESFORCE, since=0)
            (tmp_path / "salesforce.rung").unlink()
            bus.tell(1)
            deadline = time.monotonic() + 30
            while not has_rung(tmp_path, System.SALESFORCE, since=0):
                assert time.monotonic() < deadline
                time.sleep(0.01)


def test_the_embedded_org_is_never_listened_to_at_anothers_bus(tmp_path):
    """Its token is nothing that Salesforce should see."""
    with sandbox() as systems:
        environ = {"TALK_SALESFORCE_PUBSUB_URL": "https://api.pubsub.salesforce.com:7443"}
        environ |= variables_for(json.loads(systems.as_json_line()), store=tmp_path / "talk.duckdb")

    assert EventBusSettings.from_environment(environ) is None


@pytest.mark.parametrize("topics", ["ChangeEvents", "/data/", "/data/Change Events", "/topic/X", "/data/A,data/B"])
def test_topics_have_names_of_the_event_bus(topics):
    """What is wrong is said before anything starts."""
    environ = {"TALK_SALESFORCE_PUBSUB_URL": "https://bus.example", "TALK_SALESFORCE_PUBSUB_TOPICS": topics}

    with pytest.raises(ConfigurationError, match=r"TALK_SALESFORCE_PUBSUB_TOPICS is .*: not names of topics"):
        EventBusSettings.from_environment(environ)
    several = environ | {"TALK_SALESFORCE_PUBSUB_TOPICS": "/data/Erp__chn, /data/ContactChangeEvent"}
    assert EventBusSettings.from_environment(several).topics == ("/data/Erp__chn", "/data/ContactChangeEvent")
