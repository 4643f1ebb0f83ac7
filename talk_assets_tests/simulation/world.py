"""One run's world: both ends, the store, the clocks, and the oracle that watches them."""

import hashlib
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from talk_assets.entities import LOOKUPS
from talk_assets.model.changes import Op, Write
from talk_assets.model.errors import StoreBusyError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Options, Session
from talk_assets.store import conflict_log
from talk_assets.systems.memory_rows import Row
from talk_assets_tests.simulation import spelling
from talk_assets_tests.simulation.ends import TroubledPort
from talk_assets_tests.simulation.faults import Fault, Weather
from talk_assets_tests.simulation.kinds import KINDS, Kind, pairs_of
from talk_assets_tests.simulation.ledger import Ledger
from talk_assets_tests.simulation.scene import Scene
from talk_assets_tests.simulation.store import FragileStore, disk_full
from talk_assets_tests.simulation.tokens import Mint
from talk_assets_tests.twins import Twins

TICK = 0.25
"""Seconds between two moments of a cycle."""


class Killed(BaseException):
    """The process dies: nothing may catch it."""


@dataclass(frozen=True, kw_only=True)
class Late:
    """A user's transaction that has its stamp and commits only later."""

    system: System
    record: str
    stamp: datetime
    due: int
    commit: Callable[[], None]


@dataclass(kw_only=True)
class Trace:
    """Everything that happened, as a hash; as lines too where they are *kept*."""

    kept: bool = False
    lines: list[str] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, line: str) -> None:
        self.digest.update(line.encode() + b"\n")
        if self.kept:
            self.lines.append(line)


class World(Twins):
    """Twins on which things go wrong, and their witness."""

    port = TroubledPort

    def __init__(self, seed: int, scene: Scene, *, store: Path | None = None, trace: Trace | None = None) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeats are what it is for
        page, spelled_anew = self.chance.choice((3, 7, 2000)), self.chance.random() < 0.5
        self.page = page if scene.page is None else scene.page
        self.normalising = spelled_anew if scene.normalising is None else scene.normalising
        spelled = {System.CUSTOMERP: spelling.upper, System.SALESFORCE: spelling.cut} if self.normalising else {}
        super().__init__(store=None, pairs=pairs_of(scene.kinds, asked=scene.asked), normalise=spelled)
        self.db.close()
        self.path = store
        self.kinds: Mapping[str, Kind] = {name: KINDS[name] for name in scene.kinds}
        self.trace = trace or Trace()
        self.mint = Mint()
        self.ledger = Ledger(mint=self.mint)
        self.weather = Weather(chance=self.chance)
        self.late: list[Late] = []
        self.declared: Mapping[str, EntityPair] = {}
        self.meddle: Callable[[], None] | None = None
        self.rewrite: Callable[[Kind, System, str], None] | None = None
        self.moments = self.calls = 0
        self.offset = timedelta(0)
        self.skew = timedelta(seconds=self.chance.choice((0, 0, -100, 100)))
        self.options = Options(concurrent_writes=1, group_records=10**6, sweep_patience=1.0)
        if self.normalising:
            self.weather.seen[Fault.NORMALISED] += 1
        if self.skew:
            self.weather.seen[Fault.DATE_SKEW] += 1
        for end in self.ends.values():
            end.witness = self
            end.most = self.chance.choice((4, 9, 200))
        self.cursors: dict[str, str] = {}
        self.open_store()

    @property
    def time(self) -> datetime:
        return self.clock()

    def open_store(self) -> None:
        self.db = FragileStore(self.path)
        self.db.step = self._commit

    def row(self, system: System, kind: Kind, record: str) -> Row:
        """A record as its end keeps it, deleted or not."""
        return self.ends[system]._rows.expect(kind.pair, record)

    @property
    def has_copy(self) -> bool:
        return self.path is not None and self._copy_of(self.path).exists()

    def copy_store(self) -> None:
        """Keep a copy of the store, as somebody's backup."""
        if self.path is not None:
            self.close_store()
            shutil.copy(self.path, self._copy_of(self.path))
            self.open_store()
            self.ledger.copied()
            self.trace.add("  the store is copied")

    def put_copy_back(self) -> None:
        """Put the copy in the place of the store: all that was noted since is forgotten."""
        if self.path is not None:
            self.close_store()
            shutil.copy(self._copy_of(self.path), self.path)
            self.open_store()
            self.weather.seen[Fault.OLD_STORE] += 1
            self.cursors = {}
            self.ledger.forgotten()
            self.trace.add("  an old copy of the store is put back")

    def start_second_engine(self) -> None:
        """Another process opens the same store, which must be refused."""
        self.weather.seen[Fault.SECOND_ENGINE] += 1
        try:
            FragileStore(self.path).close()
        except StoreBusyError:
            return
        self.violate("a second engine got hold of the store")

    def close_store(self) -> None:
        self.db.step = None
        self.db.close()

    def _copy_of(self, path: Path) -> Path:
        return path.with_suffix(".copy")

    def session(self) -> Session:
        session = Session(
            db=self.db,
            ends=self.ends,
            clock=lambda: self.clock() + self.offset,
            pairs={**self.pairs, **self.declared},
            lookups=LOOKUPS,
            options=self.options,
            random=self.chance.random,
        )
        session.begin()
        return session

    def moment(self, where: str, what: str) -> None:
        """Time passes; somebody may edit, what was late commits, and the process may die."""
        self._pass(where, what)
        self.calls += not where.endswith(("fetched", "wrote"))
        if self.weather.strikes(self.weather.kill, (Fault.KILLED_AT_CALL,)):
            self._die(where)

    def _commit(self, when: str) -> None:
        self._pass("commit", when)
        fault = self.weather.strikes(self.weather.commit, (Fault.KILLED_AT_COMMIT, Fault.DISK_FULL))
        if fault is Fault.DISK_FULL and when == "before":
            self.trace.add("  the disk is full")
            raise disk_full()
        if fault is not None:
            self._die(f"commit {when}")

    def _die(self, where: str) -> None:
        self.trace.add(f"  killed at {where}")
        raise Killed

    def _pass(self, where: str, what: str) -> None:
        self.moments += 1
        self.ledger.moment = self.moments
        self.clock.tick(TICK)
        self.trace.add(f"{self.clock.now:%d %H:%M:%S} {where}: {what}")
        self.release(self.moments)
        if self.meddle is not None and self.chance.random() < self.weather.edit:
            self.meddle()

    def release(self, until: int | None = None, *, record: str | None = None, before: datetime | None = None) -> None:
        """Commit late transactions: those due, those of *record*, those begun *before*, or all."""
        due = [one for one in self.late if record in {None, one.record} and (until is None or one.due <= until)]
        due = [one for one in due if before is None or one.stamp < before]
        for one in due:
            self.late.remove(one)
            with self.ends[one.system].stamped(one.stamp):
                one.commit()

    def locked(self, record: str) -> bool:
        return any(one.record == record for one in self.late)

    def edited(self, system: System, entity: str, record: str) -> bool:
        """Have somebody edit *record* now, perhaps; whether somebody did."""
        if entity not in self.kinds or self.rewrite is None or self.chance.random() < 0.5:
            return False
        self.rewrite(self.kinds[entity], system, record)
        return True

    def shown(self, system: System, frames: Mapping[str, pl.DataFrame]) -> None:
        for frame in frames.values():
            self.ledger.read(system, frame["_id"].to_list(), self.clock())

    def changed(
        self, end: TroubledPort, entity: str, record: str, before: Mapping[str, str | None], write: Write
    ) -> None:
        """The engine's write took effect; *before* is what the record held (empty: it is new)."""
        kind = self.kinds.get(entity)
        if kind is None:
            return
        after = end._rows.expect(entity, record).values
        system = end.system
        if not before:
            self._appeared(system, kind, record, after)
        if write.op is Op.DELETE:
            self.ledger.swept_away(system, record, kind.traced, self.clock())
            return
        allowed = set(self.pairs[entity].entity(system).paths) | {"Pricebook2Id", "PricebookEntryId"}
        if strange := set(write.values) - allowed:
            self.violate(f"written out of scope: {system.title} {entity} {record} {sorted(strange)}")
        # A new record takes over what is empty, too.
        names = [n for n in kind.traced if not before or kind.path(system, n) in write.values]
        old, new = (self.texts(system, kind, values, names) for values in (before, after))
        try:
            self.ledger.sent(system, record, old, new, self.clock())
        except ValueError as error:
            self.violate(f"{system.title} {entity} {record}: {error}")

    def _appeared(self, system: System, kind: Kind, record: str, values: Mapping[str, str | None]) -> None:
        hidden = values.get(kind.path(system, kind.hidden))
        if hidden is None:
            self.violate(f"{system.title} {kind.pair} {record} was created from nobody")
            return
        self.ledger.born(system, record, hidden)
        if hidden in self.ledger.became or hidden in self.ledger.became.values():
            # It was merged after we had read it; that there is one in the end is asked at rest.
            return
        alive = [r for r in self.ledger.records[system, hidden] if self.ends[system].get(kind.pair, r) is not None]
        if len(alive) > 1:
            self.violate(f"doubled: {hidden} is {system.title} {' and '.join(alive)}")
        if (system, hidden) in self.ledger.removed:
            self.violate(f"resurrected: {hidden} was deleted in {system.title} and is {record} now")

    def texts(
        self, system: System, kind: Kind, values: Mapping[str, str | None], names: Iterator[str] | list[str]
    ) -> dict[str, str | None]:
        """Values by property as a person reads them: an Account's name, not its id."""
        found = {}
        for name in names:
            text = values.get(kind.path(system, name))
            if text is not None and kind.through_account(system, name):
                text = (self.ends[system].get("account", text) or {}).get("Name")
            found[name] = text
        return found

    def violate(self, what: str) -> None:
        self.trace.add(f"  VIOLATION {what}")
        self.ledger.violations.append(what)

    def take_log(self) -> None:
        """Read the conflict log, as a person would, and judge what was overwritten since."""
        rows = conflict_log.entries(self.db).select("property", "salesforce_value", "customerp_value").rows()
        self.ledger.log(rows)
        self.ledger.judge()

    @contextmanager
    def process(self) -> Iterator[None]:
        """One process's life: with a file, the store is closed and opened again after it."""
        try:
            yield
        finally:
            if self.path is not None:
                self.close_store()
                self.open_store()
