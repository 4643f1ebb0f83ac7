"""The property table through the whole engine: one record a row, every property of it treated alike, in few cycles."""

from dataclasses import dataclass, field, replace

import polars as pl
import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.pair import Guards, Policy
from talk_assets.model.system import System
from talk_assets_tests.changesets.property_table import FIRST, ROWS, rows
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
MANUAL, HERE, THERE = "department", "city", "region"
POLICY = {MANUAL: "manual", HERE: "salesforce_wins", THERE: "customerp_wins"}
"""Texts of a contact that stand in for the policies; everything else has the default one."""


def alike(old, here, there):
    """The same wire text on both ends."""
    return {word: (text, text) for word, text in {"old": old, "S": here, "C": there}.items()}


VALUES = {
    ("contact", "job_title"): alike("Buyer", "Head", "Boss"),
    ("contact", MANUAL): alike("North", "South", "West"),
    ("contact", HERE): alike("Oslo", "Moss", "Voss"),
    ("contact", THERE): alike("Viken", "Troms", "Agder"),
    ("contact", "email"): alike("a{n}@x.no", "b{n}@x.no", "c{n}@x.no"),
    ("contact", "mobile_phone"): alike("+4722855050", "+4722855051", "+4722855052"),
    ("contact", "salutation"): {"old": ("Mr.", "mr"), "S": ("Ms.", "ms"), "C": ("Dr.", "dr")},
    ("contact", "birth_date"): alike("1990-01-01", "1990-01-02", "1991-01-01"),
    ("contact", "email_opt_out"): {"old": ("false", "false"), "S": ("true", "true")},
    ("contact", "street"): {
        "old": ("Storgata 1", '["Storgata 1"]'),
        "S": ("Torget 1\n2. etasje", '["Torget 1","2. etasje"]'),
        "C": ("Elveveien 2", '["Elveveien 2"]'),
    },
    ("contact", "country"): {"old": ("Norway", "NO"), "S": ("Sweden", "SE"), "C": ("Denmark", "DK")},
    ("contact", "company"): alike("Fjord AS", "Alpha AS", "Beta AS"),
    ("quote", "tax"): alike("9.90", "0.00", "8.01"),
    ("quote", "shipping_cost"): alike("5.00", "6.00", "7.50"),
    ("quote", "valid_until"): alike("2026-05-01", "2026-06-01", "2026-07-01"),
    ("quote", "notes"): alike("Old", "Said here", "Said there"),
    ("quote", "contact"): {"old": ("{a}", "{A}"), "S": ("{b}", "{B}"), "C": ("{c}", "{C}")},
}
"""Wire text on (Salesforce, Customerp) of each property's values; `{n}` is the row's number, letters are contacts."""

DONE = {"same": None, "hidden": None, "changed": None, "agreed": "S", "cleared": "-", "empty": "-"}


def pairs():
    """The declared pairs with policies to test, and limits that no row reaches."""
    wide = Guards(floor=10_000, clear_floor=10_000)
    contact = PAIRS["contact"]
    properties = tuple(replace(p, policy=Policy(POLICY.get(p.name, "latest_wins"))) for p in contact.properties)
    return {name: replace(pair, guards=wide) for name, pair in PAIRS.items()} | {
        "contact": replace(contact, properties=properties, guards=wide)
    }


@dataclass
class Record:
    """A record a row; *held* and *told* are what the ends held, and what waited, while something was hidden."""

    row: object
    number: int
    ids: dict[System, str]
    held: dict[System, dict[str, str | None]] = field(default_factory=dict)
    told: pl.DataFrame | None = None


class World:
    """Both ends with one record a row, the edits made and the cycle run; *sent* are the paths each record was sent."""

    def __init__(self, name, table):
        self.name, self.fresh = name, table is FIRST
        self.twins = Twins(pairs=pairs())
        self.names = [n for pair, n in VALUES if pair == name]
        self.people = {} if name == "contact" else self._people()
        account = self.twins.account("Fjord AS")
        self.deal = self.twins.ends[SALESFORCE].add("opportunity", {"Name": "Deal", "AccountId": account})
        self.records = {row.name: self._made(row, number) for number, row in enumerate(rows(table))}
        if not self.fresh:
            self.twins.settle()
            for record in self.records.values():
                record.ids[CUSTOMERP] = self.twins.other(name, SALESFORCE, record.ids[SALESFORCE])
        self.started = {system: len(self.twins.ends[system].requests) for system in System}
        self.sent = set()
        self._happen()
        self._note_sent(self.records.values())
        written = self.twins.writes
        self.report = self.twins.settle(0)
        self.rewritten = self.twins.writes - written
        # An end that does not describe itself tells by its records only what it shows.
        self.twins.cycle(full=True)

    def _note_sent(self, records):
        """Keep which properties the engine wrote to *records*, as long as nothing is kept of them."""
        chosen = {record.ids[system] for record in records for system in record.ids if not record.held}
        self.sent |= {
            (request.entity, write.id, path)
            for system in System
            for request in self.twins.ends[system].requests[self.started[system] :]
            for write in request.writes
            for path in write.values
            if write.id in chosen
        }

    def holds(self, record):
        return {system: self.twins.get(self.name, system, record.ids[system]) for system in System}

    def _people(self):
        here = {k: self.twins.add("contact", SALESFORCE, last_name=f"P{k}", email=f"p{k}@x.no") for k in "abc"}
        self.twins.cycle(pairs=["contact"])
        return here | {k.upper(): self.twins.other("contact", SALESFORCE, record) for k, record in here.items()}

    def text(self, name, word, system, number):
        if word == "-":
            return None
        told = VALUES[self.name, name].get(word)
        return None if told is None else told[list(System).index(system)].format(n=number, **self.people)

    def _made(self, row, number):
        common = (
            {"last_name": f"N{number:02d}"}
            if self.name == "contact"
            else {"title": f"Q{number}", "OpportunityId": self.deal}
        )
        if not self.fresh:
            old = {name: self.text(name, "old", SALESFORCE, number) for name in self.names}
            return Record(row, number, {SALESFORCE: self.twins.add(self.name, SALESFORCE, **common | old)})
        return Record(row, number, {})

    def _happen(self):
        """Do what the rows say; rows with something hidden by themselves, as permissions are for a whole object."""
        for hiding in ((), (SALESFORCE,), (CUSTOMERP,), (SALESFORCE, CUSTOMERP)):
            chosen = [r for r in self.records.values() if self._hiding(r.row) == hiding]
            for system in hiding:
                self._hide(system, hidden=True)
            for record in chosen:
                self._edit(record)
            if chosen:
                self.twins.cycle()
            if not hiding:
                # Our own writes are read back before anything is hidden.
                self.twins.settle()
            report = self._pass_time()
            if hiding:
                self._note_sent(chosen)
            for record in chosen if hiding else ():
                record.held, record.told = self.holds(record), report.plan
            for system in hiding:
                self._hide(system, hidden=False)

    def _pass_time(self):
        """Until Salesforce does not tell again what it told of late, so that only what is edited is read."""
        self.twins.clock.tick(3600)
        return self.twins.cycle()

    def _hiding(self, row):
        return tuple(s for s, did in zip(System, (row.salesforce, row.customerp), strict=True) if did == "hidden")

    def _hide(self, system, *, hidden):
        for name in self.names:
            path = self.twins.pairs[self.name].by_name[name].side(system).path
            self.twins.ends[system].hide(self.name, path, hidden=hidden)

    def _edit(self, record):
        row = record.row
        order = {"C-then-S": (CUSTOMERP, SALESFORCE)}.get(row.order, (SALESFORCE, CUSTOMERP))
        if row.order == "at-once":
            self.twins.clock.tick()
        for system in order:
            did, given = (row.salesforce, "S") if system is SALESFORCE else (row.customerp, "C")
            if did == "same" and "hidden" not in {row.salesforce, row.customerp}:
                continue
            word = DONE[did] or (given if did == "changed" else None)
            values = {} if word is None else {n: self.text(n, word, system, record.number) for n in self.names}
            # A flag cannot be empty, and has no third value.
            values = {n: v for n, v in values.items() if v is not None or n != "email_opt_out"}
            if self.fresh:
                given_name = {
                    "last_name": f"N{record.number}",
                    "first_name": "Bo",
                    "phone": f"+47228540{record.number:02d}",
                }
                own = self.twins._own(self.name, system, values | given_name)
                if row.order != "at-once":
                    self.twins.clock.tick()
                record.ids[system] = self.twins.ends[system].add(self.name, own)
                continue
            # A record that hides something is touched, or nobody would read it again.
            own = self.twins._own(self.name, system, values)
            if row.order != "at-once":
                self.twins.clock.tick()
            self.twins.ends[system].edit(self.name, record.ids[system], own)


WORLDS = {"contact": ROWS, "quote": ROWS, "first": FIRST}


@pytest.fixture(scope="module")
def worlds():
    made = {}

    def world(which):
        if which not in made:
            made[which] = World("contact" if which == "first" else which, WORLDS[which])
        return made[which]

    yield world
    for one in made.values():
        one.twins.db.close()


def cases():
    for which, table in WORLDS.items():
        for row in rows(table):
            for (pair, name), told in VALUES.items():
                if pair != which and (which, pair) != ("first", "contact"):
                    continue
                if which == "first" and name in {"email", "mobile_phone"}:
                    continue  # these are what the records are matched by, or stand beside it
                words = row.words | ({"C"} if row.customerp == "changed" else set())
                # A flag cannot be empty, and two changes of one are the same change.
                empty = {"-", "empty"} if name != "email_opt_out" else set()
                if words | {row.customerp} & {"empty"} <= set(told) | empty:
                    yield pytest.param(which, row, name, id=f"{which}-{name}-{row.name}")


CASES = list(cases())


def test_there_are_many_cases():
    """The table meets every type of value, not only texts."""
    assert len(CASES) > 350


@pytest.mark.parametrize(("which", "row", "name"), CASES)
def test_property_world(worlds, which, row, name):
    """Both ends hold what the table says, only what differed was sent, and both values of a clash are in the log."""
    world = worlds(which)
    record = world.records[row.name]
    here, there, note = row.outcomes[
        POLICY.get(name, "latest_wins") if which == "contact" or name == MANUAL else "latest_wins"
    ]
    holds = record.held or world.holds(record)
    for system, word in ((SALESFORCE, here), (CUSTOMERP, there)):
        found = holds[system][name]
        assert found == world.text(name, word, system, record.number), f"{system.title} holds {found}"

    p = world.twins.pairs[world.name].by_name[name]
    given = {SALESFORCE: (row.salesforce, "S", here), CUSTOMERP: (row.customerp, "C", there)}
    for system, (did, own, final) in given.items():
        held = {"changed": own, "agreed": "S", "cleared": "-", "empty": "-"}.get(did, "old")
        path = p.side(system).write_path or p.side(system).path
        assert ((world.name, record.ids[system], path) in world.sent) == (held != final)

    logged = world.twins.db.rows(
        "SELECT winner IS NULL FROM changesets.conflict WHERE salesforce_id = ? AND property = ?",
        [record.ids[SALESFORCE], name],
    )
    assert logged == ([] if note not in {"logged", "open"} else [(note == "open",)])
    plan = world.report.plan if record.told is None else record.told
    own = plan.filter(pl.col("id").is_in(list(record.ids.values())), property=name)["state"].to_list()
    assert own == {"open": ["conflict"], "held": ["held"]}.get(note, [])


SHOWN_AGAIN = [case for case in CASES if "hidden" in {case.values[1].salesforce, case.values[1].customerp}]


@pytest.mark.parametrize(("which", "row", "name"), SHOWN_AGAIN)
def test_what_was_hidden_travels_once_it_is_shown(worlds, which, row, name):
    """An edit made while an end hid the property arrives once it is shown again and read, at the latest when all is."""
    world = worlds(which)
    record = world.records[row.name]
    did = {row.salesforce: "S", row.customerp: "C"}
    word = did.get("changed", "-" if "cleared" in did else "old")
    for system, found in world.holds(record).items():
        assert found[name] == world.text(name, word, system, record.number), system.title


@pytest.mark.parametrize("which", WORLDS)
def test_the_world_is_at_rest_after(worlds, which):
    """Nothing of it is written again once all is decided, but for what could be seen again."""
    assert worlds(which).rewritten == 0
