"""Both systems served, the Customerp without some of what the contract says, and a sync between them."""

from collections import Counter

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.demo.ends import PlainSalesforce
from talk_assets.resources import open_session
from talk_assets.systems.http import Patience
from talk_assets_tests.served import Served

HURRIED = Patience(silence=30.0, total=120, retries=1, first_pause=0, sleep=lambda _: None)
LAG = 2.0


class Shop(Served):
    """A sync of a Customerp that lacks something; every cycle is a run of its own, later than all lags."""

    def __init__(self, folder, *, without=(), page_rows=1000):
        super().__init__(without=without, lag=LAG, page_rows=page_rows)
        self._folder = folder

    def cycle(self, *, later=10, **options):
        """Run one cycle and return its report; whatever it wrote is shown when this returns."""
        self.clock.move(seconds=later)
        try:
            with self._session() as session:
                return run_cycle(session, **options)
        finally:
            self.clock.move(seconds=2 * LAG)

    def _session(self):
        settings = self.settings(self._folder / "talk.duckdb")
        return open_session(settings, patience=HURRIED, clock=self.clock)

    def sign_in(self):
        """Let the person at Salesforce sign in again, whose session has ended."""
        names = ("url", "client_id", "client_secret")
        self.salesforce = PlainSalesforce(**{name: self.facts["salesforce"][name] for name in names})
        self._stack.callback(self.salesforce.close)

    def conflicts(self):
        """What the conflict log holds: pair, property and Customerp's value, in this order."""
        with self._session() as session:
            found = session.db.rows("SELECT pair, property, customerp_value FROM changesets.conflict ORDER BY ALL")
        return [tuple(row) for row in found]

    def link_states(self, pair):
        """How many links of *pair* are in each state."""
        with self._session() as session:
            return dict(Counter(row[0] for row in session.db.rows(f'SELECT state FROM links."{pair}"')))  # noqa: S608

    def named(self, kind, name):
        """The one live record of *kind* in each system whose first compared property is *name*."""
        here, there = self.rows(kind)
        return [row for row in here if row[0] == name], [row for row in there if row[0] == name]


@pytest.fixture
def shop(tmp_path):
    """Start a shop without the given capabilities, with pages of *page_rows*."""
    started = []

    def start(*without, page_rows=1000):
        one = Shop(tmp_path, without=without, page_rows=page_rows).__enter__()
        started.append(one)
        return one

    yield start
    for one in started:
        one.__exit__(None, None, None)
