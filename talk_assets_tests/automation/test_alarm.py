"""What the alert sensor tells of real runs, and that it tells each thing once."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from talk_assets.alerts.channels import ChannelError
from talk_assets.automation.alarm import alarm
from talk_assets.model.errors import PeerUnavailableError
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE


class Watch:
    """The sensor as the daemon asks it: each tick with the cursor of the last."""

    def __init__(self, instance, **told):
        self.instance = instance
        self.messages = []
        self.now = datetime.now(UTC)
        self.cursor = None
        given = {"repeat": timedelta(days=1), "patience": timedelta(minutes=15), "quarantine": 3, "ui_url": "http://ui"}
        self.sensor = alarm(lambda: {"test": self.take}, lambda: self.now, are_on=True, **given | told)
        self.tick()

    def take(self, message):
        self.messages.append(message)

    def tick(self, minutes: float = 0):
        """Ask the sensor, some time later; the texts of what it said."""
        self.now = max(self.now, datetime.now(UTC)) + timedelta(minutes=minutes)
        before = len(self.messages)
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        skipped = self.sensor(context)
        self.cursor = context.cursor
        assert isinstance(skipped, dg.SkipReason)
        return [message.text for message in self.messages[before:]]


@pytest.fixture
def watch(instance):
    return Watch(instance)


def down(system):
    def step(asked, _kind, moment):
        if asked is system and moment == "before":
            raise PeerUnavailableError(f"{system.title} cannot be reached. Nothing was written. Run again.")

    return step


def test_end_that_stays_down_is_told_once_and_when_it_is_back(runs, twins, watch):
    """Not before it lasted; one alert for all its failed runs; the text a person needs, and the link."""
    twins.add("contact", SALESFORCE, last_name="Berg", email="b@x.no")
    twins.ends[CUSTOMERP].step = down(CUSTOMERP)
    assert not runs("sync_contact").success
    assert watch.tick() == []
    assert not runs("sync_contact").success
    (text,) = watch.tick(minutes=16)
    assert text.startswith("Customerp cannot be synced\nCustomerp cannot be reached.")
    assert "What happens next: The run is started again by itself" in text
    assert "http://ui/runs/" in text
    assert watch.tick(minutes=1) == []
    twins.ends[CUSTOMERP].step = None
    assert runs("sync_contact").success
    (solved,) = watch.tick()

    assert solved.startswith("Solved: Customerp cannot be synced")
    assert watch.tick(minutes=60 * 48) == []


def test_guard_that_stops_a_plan_is_told_by_its_check_alone(runs, twins, watch):
    """The run failed because of it, which is no second alert; once it passes, it is solved."""
    people = [twins.add("contact", SALESFORCE, last_name=f"n{i}", email=f"n{i}@x.org") for i in range(40)]
    assert runs("sync_contact").success
    assert watch.tick() == []
    for person in people:
        twins.edit("contact", SALESFORCE, person, last_name="Secretname")
    ran = runs("sync_contact")
    assert not ran.success
    (text,) = watch.tick()
    assert text.startswith("The check guard of changesets/contact failed")
    assert "not written until it passes" in text
    assert "Secretname" not in text
    accept = ran.checks["changesets/contact", "guard"].metadata["accept"].value
    assert runs("sync_contact", accept=accept).success
    (solved,) = watch.tick()

    assert solved.startswith("Solved: The check guard of changesets/contact failed")


def test_quarantine_over_its_limit_is_told(runs, twins, watch):
    """A record or two are everyday; many at once say that something is wrong at the source."""
    for i in range(2):
        twins.add("contact", CUSTOMERP, last_name=f"n{i}", first_name="x" * 300)
    runs("sync_contact")
    assert watch.tick() == []
    twins.add("contact", CUSTOMERP, last_name="n3", first_name="x" * 300)
    runs("sync_contact")
    (text,) = watch.tick()

    assert text.startswith("3 records of mapped/customerp_contact are in quarantine")
    assert "talk held" in text


def test_past_of_the_instance_is_not_told(runs, twins, instance):
    """Whoever turns alerts on does not get last week's."""
    twins.ends[CUSTOMERP].step = down(CUSTOMERP)
    assert not runs("sync_contact").success

    assert Watch(instance, patience=timedelta(0)).tick(minutes=60) == []


def test_channel_that_fails_fails_nothing(runs, twins, watch, monkeypatch):
    """The sensor goes on, and the alert is tried again later."""

    def broken(_message):
        raise ChannelError("The webhook was not reached: ConnectError.")

    monkeypatch.setattr(watch, "take", broken)
    for i in range(3):
        twins.add("contact", CUSTOMERP, last_name=f"n{i}", first_name="x" * 300)
    runs("sync_contact")
    assert watch.tick() == []
    monkeypatch.undo()

    assert len(watch.tick(minutes=6)) == 1


def test_alerts_are_off_until_somebody_is_named():
    """An installation without settings asks nothing and sends nothing."""
    sensor = alarm(
        dict,
        lambda: datetime.now(UTC),
        are_on=False,
        repeat=timedelta(0),
        patience=timedelta(0),
        quarantine=0,
        ui_url=None,
    )

    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED
