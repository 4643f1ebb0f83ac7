"""Both served systems, the engine between them, and a clock for all its pauses."""

from datetime import timedelta
from pathlib import Path

from talk_assets.automation.cycle import run_cycle
from talk_assets.demo.ends import PlainSalesforce
from talk_assets.model.errors import TalkError
from talk_assets.model.system import System
from talk_assets.resources import declared, open_ends
from talk_assets.session import Options, Session
from talk_assets.store import quarantine
from talk_assets.store.database import Database
from talk_assets.systems.customerp.client import CustomerpPort
from talk_assets.systems.http import Patience
from talk_assets.systems.salesforce.client import SalesforcePort


class WatchedSalesforce(SalesforcePort):
    """The real client; *step* is called before each write, with what is to be written."""

    step = None

    def write(self, entity, batch):
        if self.step is not None:
            self.step(entity, batch)
        return super().write(entity, batch)


class WatchedCustomerp(CustomerpPort):
    """As above."""

    step = None

    def write(self, entity, batch):
        if self.step is not None:
            self.step(entity, batch)
        return super().write(entity, batch)


class World:
    """Use it as a person does: edit at either system, let time pass, run a cycle; *pairs* are those run."""

    def __init__(self, served, *, pairs=("contact",), store=None, **options):
        self.served = served
        self.settings = served.settings(store or Path("unused.duckdb"))
        self.db = Database(store)
        self.pairs_run = list(pairs)
        self.declared = declared(self.settings)
        self.options = Options(**{"concurrent_writes": 1} | options)
        self.passed = 0.0
        self.number = 0
        self.open()

    def open(self):
        """Open both ends."""
        patience = Patience(
            silence=2.5, total=30, first_pause=0.1, sleep=lambda _: None, jitter=lambda: 1.0, timer=lambda: self.passed
        )
        self.ends = open_ends(self.settings, patience=patience)
        self.ends[System.SALESFORCE].__class__ = WatchedSalesforce
        self.ends[System.CUSTOMERP].__class__ = WatchedCustomerp

    def reopen(self):
        """Open both ends anew, as a new process would, with the settings as they are now."""
        self._close_ends()
        self.open()

    def close(self):
        self.db.close()
        self._close_ends()

    def _close_ends(self):
        for end in self.ends.values():
            end.close()

    def cycle(self, *, ends=None):
        """Run once; the exit code and what the person reads."""
        pairs, lookups = self.declared
        session = Session(
            db=self.db,
            ends=ends or self.ends,
            clock=self.served.clock,
            random=lambda: 0.5,
            pairs=pairs,
            lookups=lookups,
            options=self.options,
        )
        try:
            session.begin()
            code = run_cycle(session, pairs=self.pairs_run).exit_code
        except TalkError as error:
            return error.exit_code, str(error)
        return code, " ".join(quarantine.entries(self.db)["reason"].to_list())

    def later(self, seconds=60):
        self.served.clock.ahead += timedelta(seconds=seconds)
        self.passed += seconds

    def token(self):
        self.number += 1
        return f"Token{self.number}"

    def before_write(self, end, name, act):
        """Call *act* once, just before the next write of *name* to *end*."""
        port = self.ends[System(end)]

        def step(entity, batch):
            if entity.name == name:
                port.step = None
                act(entity, batch)

        port.step = step

    def state(self, text):
        """Where the newest intent stands that has *text* as a value."""
        return self.db.value(
            "SELECT state FROM writeback.intent WHERE body LIKE ? ORDER BY sent_at DESC LIMIT 1", [f'%"{text}"%']
        )

    def writes(self):
        return {system: end.calls.writes for system, end in self.ends.items()}

    def log_in_again(self):
        """The user's own session may have ended with all others."""
        facts = self.served.facts["salesforce"]
        self.served.salesforce.close()
        self.served.salesforce = PlainSalesforce(
            url=facts["url"], client_id=facts["client_id"], client_secret=facts["client_secret"]
        )


class ContactWorld(World):
    """People who only ever change the titles of contacts."""

    def make(self, end, name, title):
        if end == "salesforce":
            self.served.salesforce.create("Contact", LastName=name, Title=title)
        else:
            self.served.customerp.create("contacts", {"familyName": name, "jobTitle": title})

    def edit(self, end, name, title, **more):
        if end == "salesforce":
            self.served.salesforce.update("Contact", self.id(end, name), Title=title, **more)
        else:
            self.served.customerp.update("contacts", self.id(end, name), {"jobTitle": title} | more)

    def id(self, end, name):
        (row,) = self.rows(end, name)
        return row["Id" if end == "salesforce" else "id"]

    def rows(self, end, name):
        """All live contacts of that name."""
        if end == "salesforce":
            soql = f"SELECT Id, Title, Department FROM Contact WHERE LastName = '{name}'"  # noqa: S608
            return self.served.salesforce.query(soql)
        return [row for row in self.served.customerp.all("contacts") if row["familyName"] == name]

    def titles(self, end, name):
        """Their titles."""
        return [row["Title" if end == "salesforce" else "jobTitle"] for row in self.rows(end, name)]
