"""Both embedded systems served on loopback, a person at each of them, and a judge who knows no sync.

The names of properties are written out here once more on purpose: a judge that shared the declarations would
share their mistakes.
"""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.serving import running
from talk_assets.settings import Settings, variables_for

KEY = "ERP_External_Id__c"
COMPARED = {
    "contact": (
        ("LastName", "familyName"),
        ("FirstName", "givenName"),
        ("Title", "jobTitle"),
        ("Department", "department"),
        ("Email", "email"),
    ),
    "product": (("Name", "name"), ("ProductCode", "number"), ("Description", "description")),
    "order": (
        ("PoNumber", "purchaseOrderNumber"),
        ("EffectiveDate", "orderDate"),
        ("Description", "notes"),
        ("Status", "status"),
    ),
    "line": (("Description", "description"), ("Quantity", "quantity"), ("UnitPrice", "unitPrice")),
}
"""What is compared, first the property that names the record: no person here changes that one."""
QUOTES = {
    "quote": (
        ("Name", "title"),
        ("ExpirationDate", "validUntil"),
        ("Description", "notes"),
        ("Status", "status"),
    ),
    "quote line": (("Description", "description"), ("Quantity", "quantity"), ("UnitPrice", "unitPrice")),
}
"""The same for quotes, compared where a test has some."""
STATUS = {
    "order": {"Draft": "open", "Activated": "confirmed"},
    "quote": {"Draft": "draft", "Presented": "sent"},
}
"""What a status at Salesforce is called at Customerp."""
RESOURCES = {
    "contact": ("Contact", "contacts"),
    "product": ("Product2", "products"),
    "order": ("Order", "orders"),
    "quote": ("Quote", "quotes"),
}
LINES = {"line": ("OrderItem", "orders"), "quote line": ("QuoteLineItem", "quotes")}


class MovingClock:
    """The time, moved forward as told: edits lie as far apart as a test says."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead

    def move(self, **delta):
        self.ahead += timedelta(**delta)


class Served:
    """Two systems with their users; use as a context manager.

    The Salesforce org is of the given *shape*, the Customerp lacks the capabilities *without* and shows what is
    written *lag* seconds late if one of them is that; both keep their records in the folder *kept_in*, or in memory.
    Lists of Customerp come in pages of *page_rows*. Whatever else is given is a setting of the org.
    """

    def __init__(self, *, shape=None, kept_in=None, without=(), lag=2.0, page_rows=1000, **org):
        self.kept_in = kept_in
        self.clock = MovingClock()
        self.org = salesforce.SalesforceSettings(shape=shape or salesforce.OrgShape(), **org)
        self.profile = customerp.Profile.lacking(without, lag=lag)
        self.tenant = customerp.CustomerpSettings(profile=self.profile, page_rows=page_rows)
        self._stack = ExitStack()

    def __enter__(self):
        self.apps = {
            "salesforce": salesforce.create_app(clock=self.clock, settings=self.org, database=self._file("salesforce")),
            "customerp": customerp.create_app(
                clock=self.clock,
                settings=self.tenant,
                database=self._file("customerp"),
            ),
        }
        self.urls = {}
        for end, app in self.apps.items():
            self._stack.callback(app.state.close)
            stop = app.state.release if end == "customerp" else None
            self.urls[end] = self._stack.enter_context(running(app, on_stop=stop))
        org, tenant = self.org, self.tenant
        self.facts = {
            "salesforce": {
                "url": self.urls["salesforce"],
                "client_id": org.client_id,
                "client_secret": org.client_secret,
                "external_id_field": org.external_id_field,
            },
            "customerp": {"url": self.urls["customerp"], "api_key": tenant.api_key},
        }
        given = {name: self.facts["salesforce"][name] for name in ("url", "client_id", "client_secret")}
        self.salesforce = PlainSalesforce(**given)
        self.customerp = PlainCustomerp(**self.facts["customerp"])
        self._stack.callback(self.salesforce.close)
        self._stack.callback(self.customerp.close)
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _file(self, end):
        return None if self.kept_in is None else self.kept_in / f"{end}.sqlite"

    def variables(self, store: Path):
        return variables_for(self.facts, store=store)

    def settings(self, store: Path):
        return Settings.from_environment(self.variables(store))

    def faults(self, end):
        return self.apps[end].state.faults

    def kept(self):
        """Copies of all records of both systems, for `put_back`."""
        return {end: self._copy(self.faults(end).shelf, self.faults(end).shelf.current()) for end in self.apps}

    def put_back(self, kept):
        """Let both systems hold what they held when *kept* was taken."""
        for end, copy in kept.items():
            shelf = self.faults(end).shelf
            self.faults(end).clear()
            before = shelf.current()
            shelf.swap(self._copy(shelf, copy))
            before.close()

    def _copy(self, shelf, connection):
        copy = shelf.blank()
        connection.backup(copy)
        return copy

    def rows(self, kind):
        """The live records of *kind* in each system, as {property: value} by the properties compared."""
        compared, statuses = (COMPARED | QUOTES)[kind], STATUS.get(kind, {})
        resource, listed = LINES[kind] if kind in LINES else RESOURCES[kind]
        names = ", ".join(name for name, _ in compared)
        ours = self.salesforce.query(f"SELECT {names} FROM {resource}")  # noqa: S608 - SOQL of constants
        theirs = list(self.customerp.all(listed))
        if kind in LINES:
            theirs = [line for document in theirs for line in document["lines"]]
        here = [tuple(statuses.get(row[name], _plain(row[name])) for name, _ in compared) for row in ours]
        there = [tuple(_plain(row.get(name)) for _, name in compared) for row in theirs]
        return here, there

    def doubles(self, kinds=tuple(COMPARED)):
        """Names that more than one live record of one system has."""
        found = []
        for kind in kinds:
            for end, rows in zip(self.apps, self.rows(kind), strict=True):
                counted = Counter(row[0] for row in rows)
                found += [(end, kind, name, count) for name, count in counted.items() if count > 1]
        return found

    def differences(self):
        """Records that are not equal in both systems, or stand in one alone."""
        found = []
        for kind in COMPARED:
            here, there = (Counter(rows) for rows in self.rows(kind))
            found += [(kind, "Salesforce", row) for row in here - there]
            found += [(kind, "Customerp", row) for row in there - here]
        return found

    def writes(self):
        """How often anybody wrote to either system."""
        return self._salesforce_rows() + int(
            self.customerp._http.get(f"{self.urls['customerp']}/sandbox/requests").json()["writes"]
        )

    def _salesforce_rows(self):
        report = self.salesforce._http.get("/sandbox/requests").json()
        return sum(report["rows"].values())


def _plain(value):
    return (
        None if value in (None, "") else format(value.normalize(), "f") if hasattr(value, "normalize") else str(value)
    )
