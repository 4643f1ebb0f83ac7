"""A daemon that hangs is noticed by what it does not write."""

from datetime import timedelta

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat

from talk_assets.automation.pulse import SENSORS, Pulse, signs, signs_in
from talk_assets.cli.home import prepared_home


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pulse(clock):
    return Pulse(clock, patience=timedelta(seconds=180))


def test_parts_that_give_signs_are_not_silent(pulse, clock):
    """However long it goes on."""
    for clock.now in range(0, 3600, 60):
        pulse.hear({"SENSOR": clock.now, SENSORS: clock.now})

        assert pulse.silent() == []
    assert pulse.is_heard()


def test_one_part_that_stops_is_named(pulse, clock):
    """The others may go on."""
    for clock.now in range(0, 300, 30):
        pulse.hear({"SENSOR": 0.0, "SCHEDULER": clock.now})

    assert pulse.silent() == ["SENSOR"]


def test_signs_of_an_earlier_daemon_are_no_signs(pulse, clock):
    """What stands in the home from before is as good as nothing, and a new daemon has its time to begin."""
    pulse.hear({"SENSOR": 5.0})
    clock.now = 100.0
    pulse.hear({"SENSOR": 5.0})
    assert not pulse.is_heard()
    pulse.begin()
    clock.now = 270.0
    pulse.hear({"SENSOR": 5.0})
    assert pulse.silent() == []
    clock.now = 281.0

    assert pulse.silent() == ["SENSOR"]


def test_signs_are_what_dagster_wrote(tmp_path):
    """Each part that the home's settings ask for, and the sensors, of which none has ticked yet."""
    with signs_in(prepared_home(tmp_path)) as found:
        first = found()
        with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
            instance.add_daemon_heartbeat(DaemonHeartbeat(1700000000.0, "SENSOR", "someone"))
            assert signs(instance)["SENSOR"] == 1700000000.0

        assert {"SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR", "MONITORING", SENSORS} <= set(first)
        assert set(first.values()) == {0.0}
        assert found()["SENSOR"] == 1700000000.0
