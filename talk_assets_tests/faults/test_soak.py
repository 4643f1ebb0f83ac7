"""The whole engine, its real clients and hostile systems: what was spoiled on the way is whole in the end."""

import os
from contextlib import suppress
from random import Random

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.entities import PAIRS
from talk_assets.model.errors import TalkError
from talk_assets.resources import open_session
from talk_assets.store.selfcheck import problems
from talk_assets.systems.http import Patience
from talk_assets_tests.served import Served

# More seeds than CI takes: TALK_SOAK_SEEDS=2,3,4 pytest talk_assets_tests/faults
SEEDS = [int(seed) for seed in os.environ.get("TALK_SOAK_SEEDS", "1").split(",")]
CYCLES = 6
PAIRS_RUN = ["product", "contact", "order"]
HURRIED = Patience(silence=0.3, total=5, first_pause=0, sleep=lambda _: None)


class People:
    """Users of both systems, who make and change records by chance; *said* keeps every value they gave."""

    def __init__(self, served, random):
        self.served, self.random = served, random
        self.number = 0
        self.said = {}

    def token(self, word):
        self.number += 1
        return f"{word}{self.number}"

    def act(self):
        self.served.clock.move(seconds=7)
        self.random.choice(
            (self.make_contact, self.make_contact, self.make_product, self.make_order, *[self.edit] * 6)
        )()

    def make_contact(self):
        name = self.token("Person")
        self.note(name, "Title", None)
        if self.random.random() < 0.5:
            self.served.salesforce.create("Contact", LastName=name)
        else:
            self.served.customerp.create("contacts", {"familyName": name})

    def make_product(self):
        code = self.token("P")
        if self.random.random() < 0.5:
            self.served.salesforce.create("Product2", Name=f"Thing {code}", ProductCode=code, IsActive=True)
        else:
            self.served.customerp.create("products", {"name": f"Thing {code}", "number": code, "listPrice": 10})

    def make_order(self):
        products = [p["id"] for p in self.served.customerp.all("products")]
        contacts = [c["id"] for c in self.served.customerp.all("contacts")]
        if not products or not contacts:
            return
        lines = [
            {
                "productId": self.random.choice(products),
                "quantity": n + 1,
                "unitPrice": 10,
                "description": self.token("Line"),
            }
            for n in range(self.random.randint(1, 3))
        ]
        body = {
            "orderDate": "2026-03-01",
            "purchaseOrderNumber": self.token("Order"),
            "companyName": "Acme",
            "lines": lines,
        }
        self.served.customerp.create("orders", body | {"contactId": self.random.choice(contacts)})

    def edit(self):
        ours, theirs = ("Title", "jobTitle") if self.random.random() < 0.5 else ("Department", "department")
        value = self.token("Word")
        if self.random.random() < 0.5:
            found = self.served.salesforce.query("SELECT Id, LastName FROM Contact ORDER BY LastName")
            if found:
                chosen = self.random.choice(found)
                self.served.salesforce.update("Contact", chosen["Id"], **{ours: value})
                self.note(chosen["LastName"], ours, value)
        else:
            found = sorted(self.served.customerp.all("contacts"), key=lambda row: row["familyName"])
            if found:
                chosen = self.random.choice(found)
                self.served.customerp.update("contacts", chosen["id"], {theirs: value})
                self.note(chosen["familyName"], ours, value)

    def note(self, name, field, value):
        self.said.setdefault((name, field), set()).add(value)


def arm(served, profile, seed):
    """Let the faults of a profile befall the engine; late commits befall the people."""
    for end in served.apps:
        served.faults(end).begin(profile, seed=seed)
        for standing in served.faults(end).plan.standing:
            if not standing.fault.agent:
                object.__setattr__(standing.fault, "agent", "^talk-assets")


@pytest.mark.parametrize("profile", ["flaky", "hostile"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_hostile_systems_spoil_is_whole_in_the_end(tmp_path, profile, seed):
    """Nothing is doubled at any time; when the faults end, both systems agree and the sync falls silent."""
    random = Random(f"{profile} {seed}")  # noqa: S311 - repeats on purpose
    with Served() as served:
        people, settings = People(served, random), served.settings(tmp_path / "talk.duckdb")

        def cycle(**options):
            with open_session(settings, patience=HURRIED) as session:
                run_cycle(session, pairs=PAIRS_RUN, **options)

        for _ in range(5):
            people.act()
        arm(served, profile, seed)
        for _ in range(CYCLES):
            people.act()
            people.act()
            with suppress(TalkError):
                cycle()
            assert served.doubles() == []
        struck = {end: served.faults(end).plan.struck.total() for end in served.apps}
        for end in served.apps:
            served.faults(end).clear()
        for _ in range(3):
            served.clock.move(seconds=60)
            cycle()
        before = served.writes()
        cycle()

        assert served.differences() == []
        assert served.doubles() == []
        assert served.writes() == before
        assert min(struck.values()) > 0
        with open_session(settings) as session:
            assert problems(session.db, PAIRS.values(), finished=True).is_empty()
        for row in served.salesforce.query("SELECT LastName, Title, Department FROM Contact"):
            for field in ("Title", "Department"):
                said = people.said.get((row["LastName"], field), set())
                assert row[field] is None or row[field] in said | {word.upper() for word in said if word}
