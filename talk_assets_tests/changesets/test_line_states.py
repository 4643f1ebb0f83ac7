"""Every row of `line_states.md`, played in one world a policy."""

from dataclasses import dataclass, field

import pytest

from talk_assets.model.pair import DeletePolicy
from talk_assets.model.system import System
from talk_assets_tests.changesets.states import CUSTOMERP, SALESFORCE, Linked, World, link_state, table
from talk_assets_tests.shop import Shop

ROWS = table("line_states.md")
DOCUMENTS = {"order": "order_line", "quote": "quote_line"}
POLICIES = {DeletePolicy.KEEP: "kept", DeletePolicy.PROPAGATE: "propagated"}
EDITED = {SALESFORCE: {"description": "Edited"}, CUSTOMERP: {"quantity": "7"}}
PADDING = 16
"""Documents nobody touches, so that a whole read does not shrink past its guard."""

CASES = [(policy, document, row) for policy in POLICIES for document in DOCUMENTS for row in ROWS]


def case_id(case):
    policy, document, row = case
    return f"{POLICIES[policy]}-{document}-{row['Salesforce']}-{row['Customerp']}".replace(" ", "_")


@dataclass(kw_only=True)
class Played:
    """A row's documents.

    *first* are the ids of their first line; *before* those of all when last in step, and *users* of what a user added
    or took away since; *gone* are the ends whose document a user deleted.
    """

    linked: Linked
    row: dict[str, str]
    first: dict[System, str]
    before: dict[System, set[str]]
    users: dict[System, set[str]] = field(default_factory=lambda: {system: set() for system in System})
    gone: set[System] = field(default_factory=set)


class Lines(World):
    def __init__(self, policy):
        super().__init__(policy)
        twins = self.twins
        self.shop = Shop(twins)
        self.cases = {}
        ours = [(document, row) for kind, document, row in CASES if kind is policy]
        made = [(document, row, self.make(document)) for document, row in ours]
        for document in DOCUMENTS:
            for _ in range(PADDING):
                self.make(document)
        twins.settle()
        for document, row, there in made:
            linked = Linked(pair=document, ids={SALESFORCE: twins.other(document, CUSTOMERP, there), CUSTOMERP: there})
            case = Played(linked=linked, row=row, first={}, before={})
            case.before = {system: set(self.lines(case, system)) for system in System}
            case.first[CUSTOMERP] = min(case.before[CUSTOMERP])
            case.first[SALESFORCE] = twins.other(DOCUMENTS[document], CUSTOMERP, case.first[CUSTOMERP])
            self.cases[document, row["Salesforce"], row["Customerp"]] = case
        self.play()

    def make(self, document):
        lines = (self.shop.line(), self.shop.line(quantity="3"))
        if document == "order":
            return self.shop.order(CUSTOMERP, *lines)
        person = self.shop.people[CUSTOMERP]
        return self.twins.add("quote", CUSTOMERP, lines=lines, title="Offer", contact=person, company="Fjord AS")

    def lines(self, case, system):
        """The document's live lines by id."""
        port, name = self.twins.ends[system], DOCUMENTS[case.linked.pair]
        found = port._rows.get(case.linked.pair, case.linked.ids[system])
        rows = [] if found is None or found.deleted else port._rows.lines_of(found)
        return {row.id: self.twins.get(name, system, row.id) for row in rows}

    def play(self):
        """First what was deleted to be restored later, and what the other end did meanwhile; then the rest."""
        for case in self.cases.values():
            if "restored" in case.row.values():
                for system, action in self.actions(case).items():
                    self.act(case, system, "deleted" if action == "restored" else action)
        self.twins.cycle()
        for case in self.cases.values():
            for system, action in self.actions(case).items():
                port, name, record = self.twins.ends[system], case.linked.pair, case.linked.ids[system]
                if action == "restored":
                    self.twins.clock.tick()
                    port.restore(name, record)
                    case.gone.discard(system)
                elif port.get(name, record) is None:
                    case.gone.add(system)
                elif "restored" not in case.row.values():
                    self.act(case, system, action)
        self.finish()

    def actions(self, case):
        return {SALESFORCE: case.row["Salesforce"], CUSTOMERP: case.row["Customerp"]}

    def act(self, case, system, action):
        twins, document, line = self.twins, case.linked.pair, DOCUMENTS[case.linked.pair]
        record, first = case.linked.ids[system], case.first[system]
        twins.clock.tick()
        match action:
            case "line edited":
                twins.edit(line, system, first, **EDITED[system])
            case "line removed":
                twins.remove(line, system, first)
                case.users[system].add(first)
            case "line added":
                case.users[system].add(twins.add(line, system, parent=record, **self.shop.line(system, quantity="9")))
            case "deleted":
                twins.remove(document, system, record)
                case.gone.add(system)
            case "purged":
                twins.ends[system].purge(document, record)
                case.gone.add(system)

    def written(self, case):
        """What changed on either end without a user."""
        done = []
        for system, short in zip(System, "SC", strict=True):
            if system in case.gone:
                continue
            if self.twins.ends[system].get(case.linked.pair, case.linked.ids[system]) is None:
                done.append(f"delete {short}")
                continue
            now, first = self.lines(case, system), case.first[system]
            (arriving,) = EDITED[system.other].items()
            if first in now and self.same(now[first][arriving[0]], arriving[1]):
                done.append(f"edit {short}")
            done += [f"remove {short}" for _ in case.before[system] - set(now) - case.users[system]]
            done += [f"add {short}" for _ in set(now) - case.before[system] - case.users[system]]
        return ", ".join(done) or "-"

    def same(self, found, wanted):
        return found is not None and found.removesuffix(".00").removesuffix(".0000") == wanted

    def told_about(self, case):
        """What a person is shown of the documents and of any line they had."""
        line = DOCUMENTS[case.linked.pair]
        of_document = self.told_of(case.linked.pair, *case.linked.ids.items())
        ids = [(s, i) for s in System for i in case.before[s] | case.users[s] | set(self.lines(case, s))]
        found = {of_document, self.told_of(line, *ids)} - {"-"}
        return ", ".join(sorted(found)) or "-"


@pytest.fixture(scope="module")
def worlds():
    """The world of a policy, played once."""
    played = {}

    def of(policy):
        if policy not in played:
            played[policy] = Lines(policy)
        return played[policy]

    yield of
    for world in played.values():
        world.twins.db.close()


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_what_follows_is_what_the_table_says(worlds, case):
    """What is written of the document and its lines, what becomes of the link, and what a person is told."""
    policy, document, row = case
    world, how = worlds(policy), POLICIES[policy]
    played = world.cases[document, row["Salesforce"], row["Customerp"]]
    found = (world.written(played), world.link_of(played.linked), world.told_about(played))

    assert found == (row[f"{how}: written"], link_state(row[f"{how}: link"]), row[f"{how}: told"])


@pytest.mark.parametrize("policy", POLICIES, ids=POLICIES.values())
def test_all_comes_to_rest(worlds, policy):
    """With everything decided, cycles write nothing and move neither link nor baseline."""
    world = worlds(policy)

    assert world.after == world.before
