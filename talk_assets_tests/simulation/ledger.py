"""What the oracle knows: who wrote which value where, what it followed from, and what was overwritten.

It sees only what happens on the two ends, and the conflict log that people are given. A value that the engine
overwrites must have been known to the one that replaces it: whoever wrote the new one had, directly or through
the other end, seen the old. Anything else is an edit lost, unless both values stand in the conflict log.

Two cases are counted apart. A race: on an end that cannot compare by itself, an edit between our last look and
our write. A reversal: a write of ours had no answer, a user emptied the value again, and what is there now looks
as if the write had never been; so it is sent once more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from talk_assets.model.system import System
from talk_assets_tests.simulation.tokens import NOTHING, Mint, number_in

RACE = timedelta(seconds=2)
"""How far a write may follow the last look at its target on an end that cannot compare by itself."""

Cell = tuple[System, str, str]
"""An end, a record's id and a property."""


@dataclass(frozen=True, kw_only=True)
class Overwrite:
    """The engine put *new* over *old*, which the writer of *new* had never seen."""

    cell: Cell
    old: int
    new: int
    tokens: frozenset[int | None]
    at: datetime
    raced: bool

    def __str__(self) -> str:
        system, record, name = self.cell
        return (
            f"{system.title} {record}.{name}: v{self.old:06d} was overwritten by v{self.new:06d} at {self.at:%H:%M:%S}"
        )


@dataclass(kw_only=True)
class Ledger:
    """The history of every tracked value of one run."""

    mint: Mint = field(default_factory=Mint)
    now: dict[Cell, int] = field(default_factory=dict)
    before: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    clears: dict[Cell, int] = field(default_factory=dict)
    shown: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    looked: dict[tuple[System, str], tuple[int, datetime]] = field(default_factory=dict)
    in_copy: set[tuple[System, str]] = field(default_factory=set)
    unlearned: set[tuple[System, str]] = field(default_factory=set)
    vanished: set[tuple[System, str]] = field(default_factory=set)
    person: dict[tuple[System, str], str] = field(default_factory=dict)
    records: dict[tuple[System, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    removed: set[tuple[System, str]] = field(default_factory=set)
    merged: set[tuple[System, str]] = field(default_factory=set)
    became: dict[str, str] = field(default_factory=dict)
    last_seen: dict[tuple[System, str, str], set[int]] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    logged: set[tuple[str, frozenset[int | None]]] = field(default_factory=set)
    open: list[Overwrite] = field(default_factory=list)
    raced: list[Overwrite] = field(default_factory=list)
    emptied: set[int] = field(default_factory=set)
    over_empty: set[int] = field(default_factory=set)
    unspoken: set[int] = field(default_factory=set)
    fresh: list[tuple[Cell, int]] = field(default_factory=list)
    unsure: set[tuple[Cell, int]] = field(default_factory=set)
    reverted: list[Overwrite] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    moment: int = 0

    def born(self, system: System, record: str, hidden: str) -> None:
        """Note that *record* is the person, or thing, *hidden*, or whom that was merged into."""
        hidden = self.who(hidden)
        self.person[system, record] = hidden
        self.records[system, hidden].append(record)

    def who(self, hidden: str) -> str:
        """The person that *hidden* is by now."""
        while hidden in self.became:
            hidden = self.became[hidden]
        return hidden

    def was_made_twice(self, system: System, record: str) -> bool:
        """Whether users made this on both ends by hand, or somebody took its link away."""
        return self.person.get((system, record)) in self.twice

    def wrote(self, system: System, record: str, values: Mapping[str, str | None], at: datetime) -> None:
        """A user of *system* wrote *values* (by property)."""
        for name, text in values.items():
            cell = system, record, name
            event = number_in(text)
            was = self.now.get(cell, NOTHING)
            if event is None:
                if was == NOTHING:
                    continue
                event = self.mint.number()
                self.clears[cell] = event
                self.emptied.add(event)
            if event == was:
                continue
            self.before[event] |= {was} | self.before[was]
            if was == NOTHING or was in self.emptied:
                self.over_empty.add(event)
            self.now[cell] = event
            self.shown[event] = self.moment, at
            self.counts["edits"] += 1

    def sent(
        self,
        system: System,
        record: str,
        old: Mapping[str, str | None],
        new: Mapping[str, str | None],
        at: datetime,
    ) -> None:
        """The engine changed a record of *system* from *old* to *new* (the properties it wrote)."""
        for name, text in new.items():
            cell = system, record, name
            was = self.now.get(cell, NOTHING)
            event = number_in(text)
            if event is None:
                event = self._clear_of(cell)
            if event == was:
                self.counts["written again"] += 1
                if old.get(name) != text and not self.was_made_twice(system, record):
                    self._echoed(cell, event)
                continue
            self.fresh.append((cell, event))
            # A value given and taken back leaves the emptiness that both ends had agreed on.
            taken_back = was in self.emptied and (event in self.over_empty or self._agreed(was, event) in self._empty)
            # A first look at two records, as after they were linked by hand, lets a value beat an empty one.
            beaten = was in self.emptied and self.was_made_twice(system, record)
            # Who merged saw a value and left it out of what was empty before: nothing moved that could be noticed.
            left_out = was in self.unspoken
            if was not in {NOTHING} | self.before[event] and not taken_back and not beaten and not left_out:
                self._note(cell, (was, event), (old.get(name), text), at)
            self.before[event] |= {was} | self.before[was]
            self.now[cell] = event

    def _echoed(self, cell: Cell, event: int) -> None:
        """The engine respelled what came from this very end; only after a write without an answer may it."""
        self.fresh.append((cell, event))
        if not any(event == unsure for _, unsure in self.unsure):
            self.violations.append(f"echoed: {cell[0].title} {cell[1]}.{cell[2]} was given back v{event:06d} respelled")

    def _note(self, cell: Cell, events: tuple[int, int], texts: tuple[str | None, str | None], at: datetime) -> None:
        system, record, _ = cell
        was, event = events
        looked, when = self.looked.get((system, record), (-1, at))
        seen, _ = self.shown.get(was, (0, at))
        raced = system is System.SALESFORCE and seen > looked and at - when <= RACE
        tokens = frozenset(map(number_in, texts))
        self.open.append(Overwrite(cell=cell, old=was, new=event, tokens=tokens, at=at, raced=raced))

    def _agreed(self, one: int, other: int) -> int:
        """The last event that both went on from."""
        return max(self.before[one] & self.before[other], default=NOTHING)

    @property
    def _empty(self) -> set[int]:
        return self.emptied | {NOTHING}

    def _clear_of(self, cell: Cell) -> int:
        """The clearing that an engine's empty value comes from: the last one of the other end's record."""
        system, record, name = cell
        others = self.records[system.other, self.person.get((system, record), "")]
        return max((self.clears.get((system.other, other, name), NOTHING) for other in others), default=NOTHING)

    def remove(self, system: System, record: str, names: Iterable[str]) -> None:
        """A user of *system* deleted *record*, and so knows what it held."""
        self.removed.add((system, self.person[system, record]))
        for name in names:
            event = self.now.get((system, record, name), NOTHING)
            self.last_seen[system, self.person[system, record], name] = {event} | self.before[event]

    def restore(self, system: System, record: str) -> None:
        """A user of *system* took *record* back."""
        self.removed.discard((system, self.person[system, record]))

    def vanish(self, system: System, record: str) -> None:
        """*record* left no trace: if the engine was never shown it, nobody can know that it was made and deleted."""
        self.vanished.add((system, record))
        if (system, record) not in self.looked or (system, record) in self.unlearned:
            self.removed.discard((system, self.person[system, record]))

    def merge(self, system: System, loser: str, winner: str, names: Iterable[str]) -> None:
        """A user of *system* merged *loser* into *winner*: they are one from now on, and both were seen."""
        for name in names:
            lost, cell = self.now.get((system, loser, name), NOTHING), (system, winner, name)
            event = self.now.get(cell, NOTHING)
            if event == NOTHING and lost != NOTHING:
                event = self.now[cell] = self.clears[cell] = self.mint.number()
                self.emptied.add(event)
                self.unspoken.add(event)
            self.before[event] |= {lost} | self.before[lost]
        gone, stays = self.person[system, loser], self.person[system, winner]
        if gone != stays:
            self.became[gone] = stays
        for end in System:
            for record in self.records.pop((end, gone), []):
                self.person[end, record] = stays
                self.records[end, stays].append(record)
        self.merged.add((system, loser))

    def swept_away(self, system: System, record: str, names: Iterable[str], at: datetime) -> None:
        """The engine deleted *record*: a user must have deleted it on the other end, knowing all that it held."""
        hidden = self.person.get((system, record), "")
        if (system.other, hidden) not in self.removed:
            self.violations.append(f"deleted unasked: {system.title} {record}")
            return
        looked, when = self.looked.get((system, record), (-1, at))
        for name in names:
            event = self.now.get((system, record, name), NOTHING)
            known = self.last_seen.get((system.other, hidden, name), set()) | {NOTHING}
            seen, _ = self.shown.get(event, (0, at))
            raced = system is System.SALESFORCE and seen > looked and at - when <= RACE
            if event not in known and not raced and ((system, record, name), event) not in self.unsure:
                self.violations.append(
                    f"edit lost with its record: {system.title} {record}.{name} held v{event:06d} at {at:%H:%M:%S}"
                )

    def unanswered(self) -> None:
        """The engine was never told of what it wrote since this was last asked."""
        self.unsure.update(self.fresh)
        self.fresh.clear()

    def copied(self) -> None:
        """What the engine knows now it will know again when its store is put back."""
        self.in_copy = set(self.looked)

    def forgotten(self) -> None:
        """The engine lost its notes: it may not know of anything that it ever wrote."""
        self.unlearned = set(self.looked) - self.in_copy
        # Nobody has told the store, as it is now, of what left no trace since.
        self.removed -= {(system, self.person[system, record]) for system, record in self.vanished & self.unlearned}
        self.unsure.update((cell, event) for cell, event in self.now.items())
        self.unsure.update((cell, event) for cell, now in self.now.items() for event in self.before[now])

    def answered(self) -> None:
        """The engine knows, and has kept, what it wrote."""
        self.fresh.clear()

    def read(self, system: System, records: Iterable[str], at: datetime) -> None:
        """The engine was shown *records* as they are."""
        for record in records:
            self.looked[system, record] = self.moment, at
            self.unlearned.discard((system, record))

    def log(self, rows: Iterable[tuple[str, str | None, str | None]]) -> None:
        """Take over the conflict log: property, Salesforce's value and Customerp's."""
        for name, salesforce, customerp in rows:
            try:
                self.logged.add((name, frozenset({number_in(salesforce), number_in(customerp)})))
            except ValueError:
                continue

    def judge(self) -> None:
        """Every overwrite of an unseen value so far must be in the conflict log, or have been a race."""
        for one in self.open:
            if (one.cell[2], one.tokens) in self.logged:
                self.counts["conflicts settled"] += 1
            elif one.raced:
                self.raced.append(one)
            elif None in one.tokens and (one.cell, one.new) in self.unsure:
                self.reverted.append(one)
            else:
                self.violations.append(f"edit lost: {one}")
        self.open.clear()
