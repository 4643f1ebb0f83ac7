"""What a plan lists is what is written, nothing else is, and the same input gives the same bytes in every process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from talk_assets.entities import LOOKUPS
from talk_assets.mapped.stage import create_key
from talk_assets.model.changes import Op
from talk_assets.model.pair import DeletePolicy
from talk_assets.model.system import System
from talk_assets_tests.changesets.random_world import CUSTOM, STRANGE, RandomWorld

SALESFORCE, CUSTOMERP = System
SEEDS = range(int(os.environ.get("TALK_PLAN_SEEDS", "3")))


class Watch:
    """Notes of each write what the record held just before."""

    def __init__(self, world):
        self.writes = []
        for end in world.twins.ends.values():
            end.write = self._noting(end, end.write)

    def _noting(self, end, send):
        def write(entity, batch):
            for one in batch:
                held = None if one.id is None else end.get(entity.name, one.id)
                self.writes.append((end.system, entity.name, one, held))
            return send(entity, batch)

        return write


@pytest.fixture(scope="module", params=SEEDS)
def ran(request):
    """A random world, the plan of a dry run, what was written in it (nothing), and what the run after wrote."""
    world = RandomWorld(request.param)
    before = world.twins.writes
    plan = world.twins.cycle(dry_run=True).plan
    dry = world.twins.writes - before
    watch = Watch(world)
    world.twins.cycle()
    yield world, plan, dry, watch
    world.twins.db.close()


def test_a_dry_run_writes_nothing(ran):
    """Whatever there is to do."""
    _, plan, dry, _ = ran

    assert dry == 0
    assert plan.filter(state="pending").height > 0


def test_the_run_after_writes_exactly_its_plan(ran):
    """Every pending change is sent once, and every write to a record that was there before is in the plan."""
    world, plan, _, watch = ran
    tenants = {system: world.twins.ends[system].identify().tenant for system in System}
    planned = set()
    for row in plan.filter(state="pending").iter_rows(named=True):
        system, pair = System(row["system"]), world.twins.pairs[row["pair"]]
        if row["op"] == "update":
            side = pair.by_name[row["property"]].side(system)
            planned.add((system, pair.name, "update", row["id"], side.write_path or side.path))
        elif row["op"] == "create":
            key = create_key(tenants[system.other], system.other, pair.name, row["id"])
            planned.add((system, pair.name, "create", key, None))
        else:
            planned.add((system, pair.name, "delete", row["id"], None))
    sent = set()
    for system, name, write, _ in watch.writes:
        if name in LOOKUPS:
            continue
        if write.op is Op.UPDATE:
            sent |= {(system, name, "update", write.id, path) for path in write.values}
        else:
            sent.add((system, name, write.op.value, write.key if write.op is Op.CREATE else write.id, None))

    assert sent == planned


def test_only_mapped_writable_properties_that_differ_are_written(ran):
    """An update says nothing the record holds already, a creation only mapped properties; deleting must be declared."""
    world, _, _, watch = ran
    assert watch.writes
    for system, name, write, held in watch.writes:
        pair = world.twins.pairs.get(name)
        if pair is None:
            assert write.op is Op.CREATE
            continue
        sides = [(p, p.side(system)) for p in pair.properties]
        create = write.op is Op.CREATE
        allowed = {side.write_path or side.path for p, side in sides if p.writable(system, create=create)}
        if create and name in {"order", "quote"}:
            allowed |= {"Pricebook2Id", "OpportunityId"}
        assert set(write.values) <= allowed
        if write.op is Op.UPDATE:
            assert {path for path, text in write.values.items() if held.get(path) == text} == set()
        if write.op is Op.DELETE:
            assert pair.deletes is DeletePolicy.PROPAGATE


def test_properties_nobody_declared_survive_as_they_are(ran):
    """Neither end loses, gains or changes what is not mapped."""
    world, _, _, watch = ran
    for name in ("product", "contact"):
        for system in System:
            found = [values.get(CUSTOM) for values in world.twins.ends[system].live(name).values()]
            assert set(found) <= {STRANGE.strip(), None}
    assert not any(CUSTOM in write.values for _, _, write, _ in watch.writes)


SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "POLARS_MAX_THREADS": "1", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "POLARS_MAX_THREADS": "4", "LC_ALL": "C.UTF-8"},
]


def test_processes_decide_and_send_the_same_bytes():
    """Hash seed, time zone, locale and threads make no difference to any plan, request or baseline."""
    root = Path(__file__).parents[2]
    module = "talk_assets_tests.changesets.random_world"
    started = [
        subprocess.Popen(
            [sys.executable, "-m", module, "1"],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root)} | surroundings,
            stdout=subprocess.PIPE,
            text=True,
        )
        for surroundings in SURROUNDINGS
    ]
    traces = [process.communicate(timeout=300)[0].split() for process in started]

    assert [process.returncode for process in started] == [0] * len(SURROUNDINGS)
    assert traces[0] == traces[1]
    assert len(traces[0]) == 1
