"""One turn of listening: when an end is looked at, and what is told at the end of the turn."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from talk_assets.automation.ear import Heard
from talk_assets.automation.listening import Around, Bell, Busy, Clock, attend
from talk_assets.automation.pace import Pace
from talk_assets.model.system import System
from talk_assets.systems.port import CallCount, Capabilities

IDLE = Busy(queued=frozenset(), running=frozenset())
RUNNING = Busy(queued=frozenset(), running=frozenset({"sync_contact"}))
QUEUED = Busy(queued=frozenset({"sync_contact"}), running=frozenset())
BELL = Bell(
    system=System.SALESFORCE,
    entities=(SimpleNamespace(name="contact"),),
    jobs={"contact": ["sync_contact"]},
    pace=Pace(quiet=timedelta(seconds=30), share=0.25),
    wait=4.0,
)
TURN = 4.7


class End:
    """Contacts whose token is the second of the last move; every look is noted."""

    def __init__(self, *moves, long_poll=False, start=1000.0):
        self.time = start
        self.moves = [start + move for move in moves]
        self.calls = CallCount(remaining=10_000_000)
        self.looks = []
        self.capabilities = Capabilities(
            compare_and_set=False, change_feed=False, long_poll=long_poll, needs_reread=True
        )

    def head(self, _entities, since, *, wait=0.0):
        self.looks.append(round(self.time - 1000, 1))
        until = self.time + int(wait)
        while wait and self._token() == since.get("contact") and self.time < until:
            self.sleep(0.1)
        return {"contact": self._token()}

    def _token(self):
        return str(max((move for move in self.moves if move <= self.time), default=0))

    def sleep(self, seconds):
        self.time += seconds

    def turn(self, known, *, busy=IDLE, rung=lambda _: False):
        clock = Clock(now=lambda: self.time, timer=lambda: self.time, sleep=self.sleep)
        around = Around(busy=busy if callable(busy) else lambda: busy, rung=rung, clock=clock)
        return attend(self, BELL, known, until=self.time + TURN, around=around)


def known(*, looked=1000.0, moved=0.0):
    return Heard(tokens={"contact": "0"}, looked=looked, moved=moved)


def test_quiet_end_is_asked_at_the_quiet_pace():
    """Ten turns of five seconds ask it twice."""
    end = End()
    heard = known()
    for _ in range(10):
        heard = end.turn(heard).heard
        end.sleep(5 - TURN)

    assert end.looks == [pytest.approx(30, abs=0.5)]


def test_busy_end_is_asked_twice_a_second_and_a_move_rings_at_once():
    """People are at work: the end moved just now."""
    end = End(1.2)
    turned = end.turn(known(moved=1000.0))

    assert end.looks == [0.5, 1.0, 1.5]
    assert turned.jobs == ("sync_contact",)
    assert turned.heard.tokens == {"contact": "1001.2"}
    assert turned.heard.moved == pytest.approx(1001.5)


def test_end_that_can_wait_is_asked_without_a_pause():
    """It answers as soon as something moves."""
    end = End(2.3, long_poll=True)
    turned = end.turn(known())

    assert end.looks == [0.0]
    assert turned.jobs == ("sync_contact",)
    assert end.time == pytest.approx(1002.3, abs=0.2)
    assert End(long_poll=True).turn(known()).reason == "Nothing moved in Salesforce."


def test_move_during_a_run_rings_when_that_run_is_over():
    """Within the same turn, without waiting for the next one."""
    end = End(0.1, long_poll=True)
    turned = end.turn(known(), busy=lambda: RUNNING if end.time < 1001.5 else IDLE)

    assert turned.jobs == ("sync_contact",)
    assert end.time == pytest.approx(1001.5, abs=0.3)


def test_move_during_a_long_run_is_kept_for_the_next_turn():
    """The turn ends with the token of before, so that it rings later."""
    turned = End(0.1, long_poll=True).turn(known(), busy=RUNNING)

    assert turned.jobs == ()
    assert turned.reason == "sync_contact is under way and may have read past it: rings again later."
    assert turned.heard.tokens == {"contact": "0"}


def test_move_that_a_queued_run_will_read_rings_nothing():
    """And listening goes on."""
    end = End(0.1, long_poll=True)
    turned = end.turn(known(), busy=QUEUED)

    assert turned.jobs == ()
    assert turned.heard.tokens == {"contact": "1000.1"}
    assert end.time >= 1000 + TURN


def test_ring_from_elsewhere_makes_it_look_before_its_time():
    """A webhook came: the end is asked at once, but no more than twice a second."""
    end = End(1.0)
    turned = end.turn(known(), rung=lambda since: end.time > 1001.0 > since)

    assert end.looks == [pytest.approx(1.05, abs=0.1)]
    assert turned.jobs == ("sync_contact",)
