"""One run: some rough cycles, then calm ones that must bring everything into step and to rest."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from talk_assets.automation.cycle import CycleReport, run_cycle
from talk_assets.model.errors import TalkError
from talk_assets.model.system import System
from talk_assets.store import quarantine
from talk_assets.writeback import transmit
from talk_assets_tests.simulation.faults import Fault
from talk_assets_tests.simulation.inline import Inline
from talk_assets_tests.simulation.operators import Operators
from talk_assets_tests.simulation.people import People
from talk_assets_tests.simulation.rest import check_store, disagreements
from talk_assets_tests.simulation.scene import Scene
from talk_assets_tests.simulation.switches import switched
from talk_assets_tests.simulation.world import Killed, Trace, World

SALESFORCE, CUSTOMERP = System
LONGEST = timedelta(minutes=5)
"""No transaction is under way for much longer; the engine reads again what has a stamp of its last ten minutes."""
CALM_CYCLES = 3
"""So many cycles without faults or edits must be enough."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run came to."""

    seed: int
    digest: str
    violations: tuple[str, ...]
    histories: int
    calls: int
    cycles: int
    raced: int
    counts: Counter[str]
    faults: Counter[Fault]
    lines: tuple[str, ...] = ()


class Run:
    """Plays one seed."""

    def __init__(self, seed: int, scene: Scene, *, store: Path | None, show: bool) -> None:
        self.world = World(seed, scene, store=store, trace=Trace(kept=show))
        self.people = People(world=self.world, scene=scene)
        self.operators = Operators(world=self.world)
        self.scene, self.seed = scene, seed
        self.cycles = 0

    def play(self) -> Outcome:
        world, scene = self.world, self.scene
        world.meddle = self.people.act
        world.rewrite = self.people.rewrite
        for kind in world.kinds.values():
            self.people.populate(kind, scene.records)
        if scene.rough is not None:
            world.weather.turn(scene.rough)
            world.weather.edit = scene.meddling
        for _ in range(scene.cycles):
            if world.ledger.violations:
                break
            self._cycle_in_trouble()
            for _ in range(world.chance.randint(0, scene.edits)):
                self.people.act()
        world.weather.calm()
        world.release()
        if not world.ledger.violations:
            self.operators.finish()
            self._come_to_rest()
        ledger = world.ledger
        return Outcome(
            seed=self.seed,
            digest=world.trace.digest.hexdigest(),
            violations=tuple(ledger.violations),
            histories=len(set(ledger.person.values())),
            calls=world.calls,
            cycles=self.cycles,
            raced=len(ledger.raced),
            counts=ledger.counts,
            faults=world.weather.seen,
            lines=tuple(world.trace.lines),
        )

    def _cycle_in_trouble(self) -> None:
        world = self.world
        if world.chance.random() < 0.1:
            world.offset = timedelta(hours=world.chance.choice((-1, 0, 1)))
            world.weather.seen[Fault.CLOCK_JUMP] += 1
        self._around_the_store()
        if world.chance.random() < self.scene.operated:
            # What they decide is noted here as well, so that it must not happen by half.
            rough, world.weather.commit = world.weather.commit, 0.0
            self.operators.act()
            world.weather.commit = rough
        full = world.chance.random() < self.scene.whole
        world.trace.add(f"cycle {self.cycles}{' whole' if full else ''}")
        pause = world.chance.choice((5, 60, 400))
        world.release(before=world.clock() + timedelta(seconds=pause) - LONGEST)
        world.clock.tick(pause)
        try:
            with world.process():
                self.cycle(full=full)
        except (TalkError, Killed, duckdb.Error) as error:
            world.trace.add(f"  ended by {type(error).__name__}")
            world.ledger.unanswered()
        world.ledger.answered()
        world.take_log()
        check_store(world, finished=False)

    def _around_the_store(self) -> None:
        """With a store in a file: copies are made and put back, and a second engine tries its luck."""
        world = self.world
        chosen = world.chance.random()
        if world.path is None or chosen > 0.45:
            return
        if chosen < 0.1:
            world.start_second_engine()
        elif chosen < 0.25 and world.has_copy:
            world.put_copy_back()
        else:
            world.copy_store()

    def cycle(self, *, full: bool = False) -> CycleReport:
        self.cycles += 1
        with switched(transmit, "ThreadPoolExecutor", lambda _: Inline):
            return run_cycle(self.world.session(), full=full)

    def _come_to_rest(self) -> None:
        world = self.world
        world.trace.add("calm")
        # A lagging replica may have hidden a change for longer than any lookback; the daily whole read finds it.
        for number in range(CALM_CYCLES):
            # Longer than any pause before a write is tried again.
            world.clock.tick(3600)
            self._touch_refused()
            report = self.cycle(full=self.scene.swept and number == 0)
            world.take_log()
        for line in disagreements(world, report):
            world.violate(line)
        check_store(world, finished=True)
        before, written = world.dump(), world.writes
        world.clock.tick(3600)
        for _ in range(2):
            self.cycle()
        if world.writes != written:
            world.violate(f"not at rest: {world.sent()[-1]}")
        if world.dump() != before:
            world.violate("not at rest: links or baselines moved without a write")

    def _touch_refused(self) -> None:
        """People look at what was refused and save it again."""
        world = self.world
        for name in world.kinds:
            found = quarantine.refusals(world.db, name)
            for system, record in found.select("system", "record_id").rows():
                end = world.ends[System(system)]
                if end.get(name, record) is not None:
                    self.people.rewrite(world.kinds[name], System(system), record)


def simulate(seed: int, scene: Scene | None = None, *, show: bool = False) -> Outcome:
    """Play *seed* and tell what it came to; the same seed gives the same run, always."""
    chosen = scene or Scene()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(seed, chosen, store=Path(folder) / "store.duckdb" if seed % 4 == 0 else None, show=show)
        try:
            return run.play()
        finally:
            run.world.db.step = None
            run.world.db.close()
