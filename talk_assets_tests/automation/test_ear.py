"""One listener an end at a time, and what it hands to the next one."""

import time

from talk_assets.automation.ear import Heard, ear, has_rung, ring
from talk_assets.model.system import System


class Timer:
    """Time that passes when somebody sleeps."""

    def __init__(self):
        self.passed = 0.0

    def __call__(self):
        return self.passed

    def sleep(self, seconds):
        self.passed += seconds


def listening(folder, system, timer, *, until):
    return ear(folder, system, until=until, timer=timer, sleep=timer.sleep)


def test_who_comes_second_waits_and_gets_what_the_first_one_knew(tmp_path):
    """It gives up when its own turn is over; the other end is free meanwhile."""
    timer = Timer()
    heard = Heard(tokens={"contact": "7"}, moved=3.0, looked=4.5, remaining=90, ring="first 5.000", runs=1)
    with listening(tmp_path, System.CUSTOMERP, timer, until=5) as first:
        assert first.left == Heard()
        with listening(tmp_path, System.CUSTOMERP, timer, until=5) as second:
            assert second is None
        assert timer() >= 5
        with listening(tmp_path, System.SALESFORCE, timer, until=6) as other:
            assert other is not None
        first.hand_on(Heard(tokens={"contact": "a longer text than the next one" * 9}))
        first.hand_on(heard)

    with listening(tmp_path, System.CUSTOMERP, timer, until=6) as third:
        assert third.left == heard


def test_cursors_of_earlier_versions_and_damaged_files_count_as_nothing(tmp_path):
    """Then everything is synced once, which is what a new doorbell does."""
    assert Heard.parse('{"contact": "7"}') == Heard()
    assert Heard.parse(None) == Heard()
    assert Heard.parse('{"tokens": {}, "other": 1}') == Heard()
    (tmp_path / "salesforce.ear").write_text('{"tokens": {"con')
    with listening(tmp_path, System.SALESFORCE, Timer(), until=0) as held:
        assert held.left == Heard()


def test_a_ring_is_heard_until_the_next_look(tmp_path):
    """It is for one end, and asks for a look after it."""
    before = time.time() - 1
    assert not has_rung(tmp_path, System.CUSTOMERP, since=before)
    ring(tmp_path, System.CUSTOMERP)

    assert has_rung(tmp_path, System.CUSTOMERP, since=before)
    assert not has_rung(tmp_path, System.CUSTOMERP, since=time.time() + 1)
    assert not has_rung(tmp_path, System.SALESFORCE, since=before)
