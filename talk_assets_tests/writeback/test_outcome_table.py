"""The outcome table over real HTTP: the whole engine, the real clients, one fault at a time."""

import os

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.demo.ends import PlainSalesforce
from talk_assets.model.errors import TalkError
from talk_assets.model.system import System
from talk_assets.resources import declared, open_ends
from talk_assets.session import Options, Session
from talk_assets.store import quarantine
from talk_assets.store.database import Database
from talk_assets.systems.http import Patience
from talk_assets_tests.served import Served
from talk_assets_tests.writeback.outcome_table import CASES

PART = os.environ.get("TALK_OUTCOME_PART", "")
"""Only cases whose name holds this; all by default."""
CHOSEN = [case for case in CASES if PART in f"{case[0].name}-{case[1]}-{case[2]}"]


class World:
    """Both systems, the engine between them and a clock for all pauses; contacts only."""

    def __init__(self, served, store):
        self.served = served
        self.settings = served.settings(store)
        self.db = Database(None)
        self.passed = 0.0
        self.number = 0
        patience = Patience(
            silence=2.5, total=30, first_pause=0.1, sleep=lambda _: None, jitter=lambda: 1.0, timer=lambda: self.passed
        )
        self.ends = open_ends(self.settings, patience=patience)

    def cycle(self):
        """Run once; the exit code and what the person reads."""
        pairs, lookups = declared(self.settings)
        session = Session(
            db=self.db,
            ends=self.ends,
            clock=self.served.clock,
            random=lambda: 0.5,
            pairs=pairs,
            lookups=lookups,
            options=Options(concurrent_writes=1),
        )
        try:
            session.begin()
            code = run_cycle(session, pairs=["contact"]).exit_code
        except TalkError as error:
            return error.exit_code, str(error)
        return code, " ".join(quarantine.entries(self.db, "contact")["reason"].to_list())

    def later(self, seconds):
        self.served.clock.move(seconds=seconds)
        self.passed += seconds

    def token(self):
        self.number += 1
        return f"Token{self.number}"

    def make(self, end, name, title):
        if end == "salesforce":
            self.served.salesforce.create("Contact", LastName=name, Title=title)
        else:
            self.served.customerp.create("contacts", {"familyName": name, "jobTitle": title})

    def edit(self, end, name, title):
        if end == "salesforce":
            (row,) = self.served.salesforce.query(f"SELECT Id FROM Contact WHERE LastName = '{name}'")  # noqa: S608
            self.served.salesforce.update("Contact", row["Id"], Title=title)
        else:
            (row,) = [r for r in self.served.customerp.all("contacts") if r["familyName"] == name]
            self.served.customerp.update("contacts", row["id"], {"jobTitle": title})

    def titles(self, end, name):
        """The titles of all live contacts of that name."""
        if end == "salesforce":
            rows = self.served.salesforce.query(f"SELECT Title FROM Contact WHERE LastName = '{name}'")  # noqa: S608
            return [row["Title"] for row in rows]
        return [row["jobTitle"] for row in self.served.customerp.all("contacts") if row["familyName"] == name]

    def state(self, title):
        return self.db.value(
            "SELECT state FROM writeback.intent WHERE body LIKE ? ORDER BY sent_at DESC LIMIT 1", [f'%"{title}"%']
        )

    def log_in_again(self):
        """The user's own session may have ended with all others."""
        facts = self.served.facts["salesforce"]
        self.served.salesforce.close()
        self.served.salesforce = PlainSalesforce(
            url=facts["url"], client_id=facts["client_id"], client_secret=facts["client_secret"]
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with Served() as served:
        made = World(served, tmp_path_factory.mktemp("outcomes") / "unused.duckdb")
        made.names = {}
        for row, end, op in CHOSEN:
            name = made.token()
            made.names[row.name, end, op] = name
            if op == "update":
                made.make("customerp" if end == "salesforce" else "salesforce", name, "Before")
        assert made.cycle() == (0, "")
        yield made
        made.db.close()
        for end in made.ends.values():
            end.close()


@pytest.mark.parametrize(("row", "end", "op"), CHOSEN, ids=lambda given: getattr(given, "name", given))
def test_an_outcome_is_judged_as_the_table_says(world, row, end, op):
    """One fault on one write: what is stored, what is remembered, what is said; and whole once it is over."""
    other = "customerp" if end == "salesforce" else "salesforce"
    name, title = world.names[row.name, end, op], world.token()
    world.later(60)
    if op == "create":
        world.make(other, name, title)
    else:
        world.edit(other, name, title)
    faults = world.served.faults(end)
    faults.take({"method": "write", **row.fault})

    code, said = world.cycle()
    struck = faults.plan.struck.total()
    faults.clear()
    if row.fault["kind"] == "expired_token":
        world.log_in_again()

    assert struck > 0
    assert (code, world.titles(end, name).count(title), world.state(title)) == (row.exit, int(row.stored), row.state)
    assert row.says in said

    world.later(1000)
    if row.state == "refused":
        title = world.token()
        world.edit(other, name, title)
    assert world.cycle() == (0, "")
    assert [world.titles(one, name) for one in (end, other)] == [[title], [title]]


def test_nothing_is_left_to_write(world):
    """After all of it, a run writes nothing."""
    before = {system: world.ends[system].calls.writes for system in System}
    world.later(1000)

    assert world.cycle() == (0, "")
    assert {system: world.ends[system].calls.writes for system in System} == before
