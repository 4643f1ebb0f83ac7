"""Power cuts while sensors and jobs run and people edit: everything arrives once, and nothing stays stuck.

`KILLS` says how many (default: a few). `make kill-dagster KILLS=200` takes about an hour.
"""

import os
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest
from starlette.middleware import Middleware

from talk_assets.automation.aftermath import QUEUED, RUNNING
from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.server import running
from talk_assets_tests.automation.box import Box, Fuse
from talk_assets_tests.cli.conftest import MEDDLING

KILLS = int(os.environ.get("KILLS", "2"))
SEED = int(os.environ.get("SEED", "1"))
SETTLED_EVERY = 10
LATEST_SECONDS = float(os.environ.get("KILL_SETTLE_SECONDS", "300"))
"""How long after the last kill everything may take to arrive; far less than the hour of a run's time limit."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes under /proc")


@dataclass(kw_only=True)
class Office:
    """People at both ends who edit contacts, and remember what they wrote."""

    salesforce: PlainSalesforce
    customerp: PlainCustomerp
    chance: random.Random
    made: dict[str, str] = field(default_factory=dict)
    wanted: dict[tuple[str, str], str] = field(default_factory=dict)
    edits: int = 0

    def edit(self) -> None:
        """Make a contact, or change one, at either end; each end edits a property of its own."""
        self.edits += 1
        token = f"T{self.edits:04d}x{self.chance.randrange(16**6):06x}"
        here = self.chance.choice(["salesforce", "customerp"])
        known = [name for name, end in self.made.items() if end == here]
        if not known or self.chance.random() < 0.4:
            self.made[token] = here
            if here == "salesforce":
                self.salesforce.create("Contact", LastName=token)
            else:
                self.customerp.create("contacts", {"familyName": token})
            return
        name = self.chance.choice(known)
        if here == "salesforce":
            found = self.salesforce.query(f"SELECT Id FROM Contact WHERE LastName = '{name}'")[0]  # noqa: S608
            self.salesforce.update("Contact", found["Id"], Title=token)
            self.wanted[name, "title"] = token
        else:
            found = next(one for one in self.customerp.all("contacts") if one["familyName"] == name)
            self.customerp.update("contacts", found["id"], {"department": token})
            self.wanted[name, "department"] = token

    def missing(self) -> list[str]:
        """What has not arrived at the other end, or is there twice."""
        there = self.salesforce.query("SELECT LastName, Title, Department FROM Contact")
        ends = {
            "Salesforce": [(r["LastName"], r["Title"], r["Department"]) for r in there],
            "Customerp": [
                (r["familyName"], r.get("jobTitle"), r.get("department")) for r in self.customerp.all("contacts")
            ],
        }
        found = []
        for end, rows in ends.items():
            counts = Counter(name for name, _, _ in rows)
            values = {name: {"title": title, "department": department} for name, title, department in rows}
            found += [f"{name} is {counts[name]} times in {end}" for name in self.made if counts[name] != 1]
            found += [
                f"{name} in {end} has {what} {values[name][what]}, not {token}"
                for (name, what), token in self.wanted.items()
                if name in values and values[name][what] != token
            ]
        return found


def wait_until(happened, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.5)
    return bool(happened())


def under_way(home: Path) -> list[str]:
    """The runs that count as waiting or under way."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        found = instance.get_runs(filters=dg.RunsFilter(statuses=[*QUEUED, *RUNNING]))
        return [f"{run.job_name} is {run.status.value}" for run in found]


def test_power_cuts_lose_and_double_nothing(tmp_path):
    """After each stretch of kills, at random moments and at random requests, all edits arrive and all runs end."""
    chance = random.Random(SEED)  # noqa: S311 - chance, not a secret
    fuse = Fuse()
    with ExitStack() as stack:
        urls = {}
        for name, system in (("salesforce", salesforce), ("customerp", customerp)):
            app = system.create_app(middleware=[Middleware(fuse.middleware)])
            stack.callback(app.state.close)
            urls[name] = stack.enter_context(running(app, on_stop=getattr(app.state, "release", None)))
        org, erp = salesforce.SalesforceSettings(), customerp.CustomerpSettings()
        office = Office(
            salesforce=PlainSalesforce(
                url=urls["salesforce"], client_id=org.client_id, client_secret=org.client_secret
            ),
            customerp=PlainCustomerp(url=urls["customerp"], api_key=erp.api_key),
            chance=chance,
        )
        stack.callback(office.salesforce.close)
        stack.callback(office.customerp.close)
        environ = {name: value for name, value in os.environ.items() if not name.startswith(MEDDLING)}
        environ |= {
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TALK_SALESFORCE_URL": urls["salesforce"],
            "TALK_SALESFORCE_CLIENT_ID": org.client_id,
            "TALK_SALESFORCE_CLIENT_SECRET": org.client_secret,
            "TALK_CUSTOMERP_URL": urls["customerp"],
            "TALK_CUSTOMERP_API_KEY": erp.api_key,
            "TALK_STORE": str(tmp_path / "talk.duckdb"),
        }
        box = Box(tmp_path / "home", environ)
        stack.callback(box.cut_power)
        box.start()
        for kill in range(1, KILLS + 1):
            cut(box, fuse, office, chance)
            box.start()
            if kill % SETTLED_EVERY == 0 or kill == KILLS:
                began = time.monotonic()
                arrived = wait_until(lambda: not office.missing(), seconds=LATEST_SECONDS)

                assert arrived, f"after kill {kill}: {office.missing()}; to repeat: SEED={SEED} KILLS={KILLS}"
                assert wait_until(lambda: not under_way(box.home), seconds=LATEST_SECONDS), under_way(box.home)
                assert office.missing() == []
                seconds = time.monotonic() - began
                sys.stdout.write(f"{kill} kills, {office.edits} edits, settled after {seconds:.0f} s\n")
                sys.stdout.flush()
        assert box.is_up()


def cut(box: Box, fuse: Fuse, office: Office, chance: random.Random) -> None:
    """Edit, and cut the power: while starting, or at a request before it takes effect, or after it did.

    The doorbells go on asking, so that every count of requests is reached.
    """
    how = chance.choice(["starting", "before", "before", "after", "after"])
    for _ in range(chance.randint(1, 3)):
        office.edit()
    if how == "starting":
        time.sleep(chance.uniform(0, 10))
    else:
        fuse.set(box, chance.randint(1, 50), after=how == "after")
        assert fuse.blown.wait(timeout=LATEST_SECONDS), "the sync asked for nothing any more"
    if chance.random() < 0.5:
        office.edit()
    box.cut_power()
    fuse.unset()
