"""Every row of `record_states.md`, played in one world a policy."""

from dataclasses import dataclass

import pytest

from talk_assets.model.pair import DeletePolicy
from talk_assets.model.system import System
from talk_assets.store import moves
from talk_assets_tests.changesets.states import CUSTOMERP, SALESFORCE, Linked, World, link_state, table
from talk_assets_tests.shop import Shop

ROWS = table("record_states.md")
PAIRS = ("contact", "product", "quote", "order")
MERGES = {"merged", "doubled"}
POLICIES = {DeletePolicy.KEEP: "kept", DeletePolicy.PROPAGATE: "propagated"}
EDITED = {
    "contact": ("job_title", "department"),
    "product": ("description", "sku"),
    "quote": ("notes", "billing_city"),
    "order": ("notes", "reference"),
}
"""The property that each end edits."""
BROKEN = {"contact": ("last_name", 81), "product": ("name", 256), "quote": ("title", 256), "order": ("name", 81)}
"""A property and a length that neither end's declaration allows."""
PADDING = 12
"""Records nobody touches, so that a whole read does not shrink past its guard."""

CASES = [
    (policy, pair, row)
    for policy in POLICIES
    for row in ROWS
    for pair in (("contact",) if row["Salesforce"] in MERGES else PAIRS)
    if row[f"{POLICIES[policy]}: written"] != "n/a"
]


def case_id(case):
    policy, pair, row = case
    return f"{POLICIES[policy]}-{pair}-{row['Salesforce']}-{row['Customerp']}"


@dataclass(kw_only=True)
class Played:
    """A row's records; *deleted* on these ends before the sync or by a user, *winner* is what one was merged into."""

    linked: Linked
    row: dict[str, str]
    deleted: set[System]
    winner: str | None = None


class States(World):
    def __init__(self, policy):
        super().__init__(policy)
        self.shop = Shop(self.twins)
        self.cases = {}
        ours = [(pair, row) for kind, pair, row in CASES if kind is policy]
        made = [(pair, row, self.make(pair, n)) for n, (pair, row) in enumerate(ours)]
        holders = {
            n: self.make("contact", 1000 + n) for n, (_, row, _) in enumerate(made) if row["Salesforce"] == "doubled"
        }
        for pair in PAIRS:
            for n in range(PADDING):
                self.make(pair, 2000 + n)
        self.twins.settle()
        self.known = {(pair, system): set(self.twins.live(pair, system)) for pair in PAIRS for system in System}
        for n, (pair, row, there) in enumerate(made):
            linked = Linked(pair=pair, ids={SALESFORCE: self.twins.other(pair, CUSTOMERP, there), CUSTOMERP: there})
            winner = self.twins.other("contact", CUSTOMERP, holders[n]) if n in holders else None
            self.cases[pair, row["Salesforce"], row["Customerp"]] = Played(
                linked=linked, row=row, deleted=set(), winner=winner
            )
        self.play()

    def make(self, pair, number):
        """One more record in Customerp."""
        twins = self.twins
        if pair == "contact":
            return twins.add(pair, CUSTOMERP, last_name=f"N{number}", email=f"n{number}@x.no", company="Fjord AS")
        if pair == "product":
            return twins.add(pair, CUSTOMERP, name=f"P{number}", product_code=f"P{number}", list_price="5.00")
        if pair == "quote":
            given = {"title": f"Q{number}", "contact": self.shop.people[CUSTOMERP], "company": "Fjord AS"}
            return twins.add(pair, CUSTOMERP, lines=(self.shop.line(),), **given)
        return self.shop.order(name=f"O{number}")

    def play(self):
        """First what was deleted to be restored later, and what the other end did meanwhile; then the rest."""
        for case in self.cases.values():
            actions = self.actions(case)
            apart = "restored" in actions.values()
            for system, action in actions.items():
                if action == "restored":
                    self.remove(case, system)
                elif apart and action in {"edited", "unreadable"}:
                    self.act(case, system, action)
        self.twins.cycle()
        for case in self.cases.values():
            actions = self.actions(case)
            ids, pair = case.linked.ids, case.linked.pair
            case.deleted |= {s for s in System if self.twins.ends[s].get(pair, ids[s]) is None}
            apart = "restored" in actions.values()
            for system, action in sorted(actions.items(), key=lambda item: item[1] != "restored"):
                if not (apart and action in {"edited", "unreadable"}):
                    self.act(case, system, action)
        self.finish()

    def actions(self, case):
        return {SALESFORCE: case.row["Salesforce"], CUSTOMERP: case.row["Customerp"]}

    def act(self, case, system, action):
        pair, record = case.linked.pair, case.linked.ids[system]
        port = self.twins.ends[system]
        self.twins.clock.tick()
        match action:
            case "edited":
                self.twins.edit(pair, system, record, **{EDITED[pair][list(System).index(system)]: "Edited"})
            case "unreadable":
                name, length = BROKEN[pair]
                self.twins.edit(pair, system, record, **{name: "x" * length})
            case "deleted" if port.get(pair, record) is not None:
                self.remove(case, system)
            case "restored":
                port.restore(pair, record)
                case.deleted.discard(system)
            case "purged":
                port.purge(pair, record)
                case.deleted.add(system)
            case "merged" | "doubled":
                values = self.twins.get(pair, system, record)
                kept = {name: values[name] for name in ("last_name", "email", "company")}
                case.winner = case.winner or self.twins.add(pair, system, **kept, job_title="Edited")
                self.known[pair, system].add(case.winner)
                port.merge(pair, record, case.winner)
                case.deleted.add(system)

    def remove(self, case, system):
        self.twins.remove(case.linked.pair, system, case.linked.ids[system])
        case.deleted.add(system)

    def written(self, case):
        """What changed on either end without a user: an edit that arrived, a record that went."""
        done = []
        for system, short in zip(System, "SC", strict=True):
            record = case.linked.ids[system]
            if system is SALESFORCE and case.winner is not None:
                record = case.winner
            values = self.twins.get(case.linked.pair, system, record)
            arriving = EDITED[case.linked.pair][list(System).index(system.other)]
            if values is None and system not in case.deleted:
                done.append(f"delete {short}")
            elif values is not None and values[arriving] == "Edited":
                done.append(f"update {short}")
        return ", ".join(done) or "-"


@pytest.fixture(scope="module")
def worlds():
    """The world of a policy, played once."""
    played = {}

    def of(policy):
        if policy not in played:
            played[policy] = States(policy)
        return played[policy]

    yield of
    for world in played.values():
        world.twins.db.close()


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_what_follows_is_what_the_table_says(worlds, case):
    """What is written, what becomes of the link, and what a person is told."""
    policy, pair, row = case
    world, how = worlds(policy), POLICIES[policy]
    played = world.cases[pair, row["Salesforce"], row["Customerp"]]
    records = [*played.linked.ids.items(), *([(SALESFORCE, played.winner)] if played.winner else [])]
    found = (world.written(played), world.link_of(played.linked), world.told_of(pair, *records))

    assert found == (row[f"{how}: written"], link_state(row[f"{how}: link"]), row[f"{how}: told"])


@pytest.mark.parametrize("policy", POLICIES, ids=POLICIES.values())
def test_nothing_is_doubled_or_brought_back(worlds, policy):
    """Every live record was there before, made by a user: the sync made none for what is gone or merged."""
    world = worlds(policy)
    for pair in PAIRS:
        for system in System:
            assert set(world.twins.live(pair, system)) <= world.known[pair, system]


@pytest.mark.parametrize("policy", POLICIES, ids=POLICIES.values())
def test_all_comes_to_rest(worlds, policy):
    """With everything decided, cycles write nothing and move neither link nor baseline."""
    world = worlds(policy)

    assert world.after == world.before


@pytest.mark.parametrize("policy", POLICIES, ids=POLICIES.values())
def test_a_merged_link_is_logged_when_it_is_handed_on(worlds, policy):
    """Each link that went to the record that stayed says so, and no other does."""
    world = worlds(policy)
    log = moves.moved(world.twins.db)
    merged = [case for case in world.cases.values() if case.row["Salesforce"] == "merged"]

    assert set(log.select("was", "now").iter_rows()) == {(case.linked.ids[SALESFORCE], case.winner) for case in merged}
