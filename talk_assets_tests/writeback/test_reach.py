"""Ends that cannot be reached, sessions that end, and calls that run out, over real HTTP and the whole engine."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from talk_assets.model.reserve import Reserve
from talk_assets.model.system import System
from talk_assets_tests.served import Served
from talk_assets_tests.writeback.gate import Gate
from talk_assets_tests.writeback.world import ContactWorld

SALESFORCE, CUSTOMERP = System
ENDS = ("salesforce", "customerp")


def other(end):
    return next(one for one in ENDS if one != end)


@pytest.fixture(scope="module")
def served():
    with Served() as found:
        yield found


@pytest.fixture
def gates(served):
    """A gate before each system, which all URLs lead to."""
    made = {end: Gate(served.urls[end]) for end in ENDS}
    yield made
    for gate in made.values():
        gate.shut()


@pytest.fixture
def world(served, gates):
    made = ContactWorld(served)
    places = {end: replace(getattr(made.settings, end), url=gates[end].url) for end in ENDS}
    made.settings = replace(made.settings, **places)
    made.reopen()
    yield made
    made.close()


@pytest.fixture
def name(world):
    """A contact in both systems."""
    found = f"Name{uuid4().hex}"
    world.make("customerp", found, "Before")
    assert world.cycle() == (0, "")
    world.later()
    return found


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("op", ["create", "update"])
def test_a_write_that_cannot_be_sent_stays_planned_and_goes_later(world, gates, name, end, op):
    """The end goes away between our last look and our write: nothing was sent, and it counts as no try."""
    new = f"New{uuid4().hex}" if op == "create" else name
    if op == "create":
        world.make(other(end), new, "After")
    else:
        world.edit(other(end), name, "After")
    world.before_write(end, "contact", lambda *_: gates[end].shut())
    code, _ = world.cycle()

    assert code == 4
    assert world.titles(end, new) == ([] if op == "create" else ["Before"])
    assert world.state("After") == "planned"
    ((attempts, problem),) = world.db.rows("SELECT attempt, problem FROM writeback.intent WHERE body LIKE '%After%'")
    assert attempts == 0
    assert f"NOT_SENT: {System(end).title} cannot be reached" in problem
    gates[end].lift()
    world.later(1000)
    assert world.cycle() == (0, "")
    assert [world.titles(one, new) for one in ENDS] == [["After"], ["After"]]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9", "https://nobody.invalid", "https at a port that speaks plain HTTP"]
)
def test_an_end_that_cannot_be_reached_stops_the_run_before_anything_is_written(world, served, name, end, place):
    """Nobody listens, nobody has that name, or there is no TLS: said as such, and the next run has it all."""
    world.edit(other(end), name, "After")
    there = world.settings
    url = served.urls[end].replace("http:", "https:") if place.startswith("https at") else place
    world.settings = replace(there, **{end: replace(getattr(there, end), url=url)})
    world.reopen()
    code, said = world.cycle()

    assert code == 4
    assert f"{System(end).title} cannot be reached" in said
    assert "Nothing was sent" in said
    assert [port.calls.writes for port in world.ends.values()] == [0, 0]
    assert world.titles(end, name) == ["Before"]
    world.settings = there
    world.reopen()
    assert world.cycle() == (0, "")
    assert world.titles(end, name) == ["After"]


def test_threads_that_meet_the_end_of_a_session_log_in_once(world, served, name):
    """Four reads under way with one token that has ended: one new token, four answers."""
    port = world.ends[SALESFORCE]
    entity = world.declared[0]["contact"].entity(SALESFORCE)
    record = world.id("salesforce", name)
    asked = served.faults("salesforce")
    before = port.calls.by_kind["login"]
    httpx.delete(f"{served.urls['salesforce']}/sandbox/sessions").raise_for_status()
    # Each waits before it is judged, so that all four are under way with the same token.
    asked.take({"kind": "slow", "path": "composite", "seconds": 0.3, "count": 4})
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: port.read(entity, ids=[record]), range(4)))
    asked.clear()
    world.log_in_again()

    assert [page.frames["contact"]["_id"].to_list() for page in pages] == [[record]] * 4
    assert port.calls.by_kind["login"] == before + 1


@pytest.mark.parametrize("left", ["before the run", "in the run"])
def test_a_run_stops_before_it_touches_the_reserve(world, served, name, left):
    """The org tells with each answer what is left; the rest stays planned, and goes when there are calls again."""
    budget = served.apps["salesforce"].state.budget
    world.edit("customerp", name, "After")
    world.settings = replace(world.settings, salesforce_reserve=Reserve(calls=100))
    world.reopen()
    assert world.ends[SALESFORCE].identify().tenant
    allowance, used = budget.daily, budget.used(served.clock())
    budget.daily = used + (100 if left == "before the run" else 103)
    code, said = world.cycle()

    assert (code, world.titles("salesforce", name)) == (4, ["Before"])
    assert "TALK_SALESFORCE_RESERVE" in said
    budget.daily = allowance
    world.reopen()
    world.later(1000)
    assert world.cycle() == (0, "")
    assert world.titles("salesforce", name) == ["After"]
