"""Whole cycles over a bad answer: nothing wrong is written, nothing is lost, and the next good answer mends it."""

from dataclasses import replace

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.store import quarantine
from talk_assets_tests.served import Served
from talk_assets_tests.systems.bad_input.bodies import BODIES
from talk_assets_tests.systems.bad_input.messages import check
from talk_assets_tests.systems.bad_input.relay import Relay

NAMES = ("Ada", "Bea", "Cleo", "Dora")


@pytest.fixture
def engine(tmp_path):
    """Both systems behind relays, four contacts in each, and cycles of the real engine on a real store."""
    with Served() as served:
        for name in NAMES:
            served.customerp.create("contacts", {"familyName": f"Here {name}", "jobTitle": "Owner"})
        relays = {
            System.SALESFORCE: Relay(served.urls["salesforce"]),
            System.CUSTOMERP: Relay(served.urls["customerp"]),
        }
        settings = served.settings(tmp_path / "store.duckdb")
        settings = replace(
            settings,
            salesforce=replace(settings.salesforce, url=relays[System.SALESFORCE].url),
            customerp=replace(settings.customerp, url=relays[System.CUSTOMERP].url),
        )

        def cycle():
            with open_session(settings) as session:
                run_cycle(session, pairs=["contact"])
                return quarantine.entries(session.db)

        yield served, relays, cycle
        for relay in relays.values():
            relay.close()


def retyped(reply):
    """The first record's flag becomes a text."""
    return reply.with_body(reply.body.replace(b'"emailOptOut":false', b'"emailOptOut":"no"', 1)).sent()


def lists_contacts(asked):
    return asked.method == "GET" and "/contacts?" in asked.target


@pytest.mark.parametrize("name", ["a login page", "cut off within its length", "nested 100,000 deep", "nothing"])
def test_bad_answer_stops_the_cycle_and_loses_nothing(engine, name):
    """Nothing is written while the list is no list; when it is one again everything arrives once."""
    served, relays, cycle = engine
    relays[System.CUSTOMERP].spoil(lists_contacts, BODIES[name])
    before = served.writes()
    with pytest.raises((PeerAnswerError, PeerUnavailableError)) as stop:
        cycle()
    check(str(stop.value), System.CUSTOMERP)

    assert served.writes() == before

    relays[System.CUSTOMERP].heal()
    cycle()

    assert served.differences() == served.doubles() == []


def test_bad_record_waits_alone_and_is_read_again_by_itself(engine):
    """The others are synced; the cursor has passed the bad one, which comes without anybody editing it again."""
    served, relays, cycle = engine
    relays[System.CUSTOMERP].spoil(lists_contacts, retyped)
    held = cycle()

    assert held.select("pair", "system", "property").rows() == [("contact", "customerp", "emailOptOut")]
    assert len(served.rows("contact")[0]) == len(NAMES) - 1

    relays[System.CUSTOMERP].heal()

    assert cycle().is_empty()
    assert served.differences() == served.doubles() == []


@pytest.mark.parametrize("name", ["a login page", "an empty object", "accepted, nothing more", "nothing"])
def test_bad_answer_to_a_write_doubles_nothing(engine, name):
    """The creations were carried out and not confirmed: they are found by our key and linked, not made again."""
    served, relays, cycle = engine
    relays[System.SALESFORCE].spoil(
        lambda asked: asked.target.endswith("/composite") and b'"records"' in asked.body, BODIES[name]
    )
    cycle()
    relays[System.SALESFORCE].heal()
    for _ in range(3):
        served.clock.move(minutes=20)
        cycle()

    assert served.differences() == served.doubles() == []
