"""The embedded systems with what a verification needs and shows."""

from datetime import UTC, datetime, timedelta

from talk_assets.resources import open_session
from talk_assets.systems.http import Patience
from talk_assets.verify.live import verify_live
from talk_assets_tests.served import Served

IN_AN_HOUR = timedelta(hours=1)
HURRIED = Patience(silence=2.0, total=5, retries=1, first_pause=0, sleep=lambda _: None)
KINDS = {"salesforce": ("Contact", "Product2", "Quote", "Order", "Account", "Opportunity")}
RESOURCES = ("contacts", "products", "quotes", "orders")


class Verified(Served):
    """Two embedded systems that can be verified, and whose records are listed whole."""

    def live(self, store, *pairs, deadline=None, **told):
        settings = self.settings(store)
        with open_session(settings, patience=HURRIED) as session:
            until = datetime.now(UTC) + IN_AN_HOUR if deadline is None else deadline
            return verify_live(session, pairs or None, tag="t3st", deadline=until, **told)

    def listed(self):
        """Every live record of both systems with its time of change."""
        found = {}
        for kind in KINDS["salesforce"]:
            rows = self.salesforce.query(f"SELECT Id, SystemModstamp FROM {kind}")  # noqa: S608 - SOQL of constants
            found |= {(kind, row["Id"]): row["SystemModstamp"] for row in rows}
        for kind in RESOURCES:
            found |= {(kind, row["id"]): row["version"] for row in self.customerp.all(kind)}
        return found
