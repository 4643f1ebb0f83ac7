"""The doorbells: what they ring for, and when they keep still."""

import json
from datetime import timedelta

import dagster as dg
import httpx
import pytest

from talk_assets.automation.ear import Heard
from talk_assets.automation.listening import Busy, Clock, Look, answer
from talk_assets.automation.pace import Pace
from talk_assets.automation.sensors import LONG_POLL, bell_for, doorbells
from talk_assets.definitions import defs
from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets.resources import KeptEnds
from talk_assets.sandbox.server import sandbox
from talk_assets.settings import Settings, environment, variables_for

IDLE = Busy(queued=frozenset(), running=frozenset())
OFTEN = Pace(quiet=timedelta(0), share=1.0)


@dg.op
def nothing():
    pass


@dg.job
def requested():
    nothing()


@pytest.fixture
def systems(tmp_path, monkeypatch):
    """Both embedded systems, empty, and the settings that lead there."""
    with sandbox() as running:
        monkeypatch.chdir(tmp_path)
        facts = json.loads(running.as_json_line())
        for name, value in variables_for(facts, store=tmp_path / "store.duckdb").items():
            monkeypatch.setenv(name, value)
        yield facts


class Doorbell:
    """One sensor with its cursor, as the daemon keeps it."""

    def __init__(self, system, instance, *, turn=0.0):
        self.passed = 0.0
        system = System(system)
        bell = bell_for(system, PAIRS, pace=OFTEN, wait=LONG_POLL if system is System.CUSTOMERP else 0.0)
        opened = KeptEnds(lambda: Settings.from_environment(environment()))
        clock = Clock(timer=lambda: self.passed, sleep=self._sleep)
        self.sensor, self.relief = doorbells(bell, defs.jobs, opened, turn=turn, clock=clock)
        self.instance = instance
        self.cursor = None

    def _sleep(self, seconds):
        self.passed += seconds

    def __call__(self, *, lost=False):
        """The jobs it requests now, or why it does not; what is *lost* was requested and is nowhere."""
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        found = self.sensor(context)
        self.cursor = context.cursor
        if isinstance(found, dg.SkipReason):
            return found.skip_message
        for request in found.run_requests if not lost else []:
            self.instance.create_run_for_job(requested, tags=request.tags, status=dg.DagsterRunStatus.SUCCESS)
        return [request.job_name for request in found.run_requests]


def add_customerp_contact(facts):
    made = httpx.post(
        f"{facts['customerp']['url']}/api/v1/contacts",
        json={"familyName": "Berg"},
        headers={"Authorization": f"Bearer {facts['customerp']['api_key']}"},
        trust_env=False,
    )
    assert made.status_code == 201


def add_salesforce_contact(facts):
    salesforce = facts["salesforce"]
    token = httpx.post(
        f"{salesforce['url']}/services/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": salesforce["client_id"],
            "client_secret": salesforce["client_secret"],
        },
        trust_env=False,
    ).json()["access_token"]
    made = httpx.post(
        f"{salesforce['url']}/services/data/v62.0/sobjects/Contact",
        json={"LastName": "Dahl"},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("system", "add"), [("customerp", add_customerp_contact), ("salesforce", add_salesforce_contact)]
)
def test_first_look_rings_for_all_then_only_for_what_moved(systems, instance, tmp_path, system, add):
    """Everything at first, nothing while nothing moves, one pair's job when one pair moves; never the store."""
    doorbell = Doorbell(system, instance)

    assert doorbell() == ["sync_all"]
    assert doorbell() == f"Nothing moved in {system.title()}."
    add(systems)
    assert doorbell() == ["sync_contact"]
    assert list(tmp_path.iterdir()) == []


def test_ring_whose_runs_are_nowhere_is_rung_again(systems, instance):
    """The daemon was killed between the evaluation and the request: neither cursor nor hand-over counts for it."""
    doorbell = Doorbell("customerp", instance)
    doorbell()
    cursor = doorbell.cursor
    add_customerp_contact(systems)
    assert doorbell(lost=True) == ["sync_contact"]
    doorbell.cursor = cursor

    assert doorbell() == ["sync_contact"]
    assert doorbell() == "Nothing moved in Customerp."


def test_relief_goes_on_where_the_other_one_stopped(systems, instance):
    """It is evaluated in the same round, knows what was rung for, and rings for what moves next."""
    doorbell = Doorbell("customerp", instance)
    doorbell()
    add_customerp_contact(systems)
    doorbell()
    doorbell.sensor, doorbell.cursor = doorbell.relief, None

    assert doorbell() == "Nothing moved in Customerp."
    add_customerp_contact(systems)
    assert doorbell() == ["sync_contact"]


def test_customerp_tells_a_move_once(systems, instance):
    """A later move of one pair does not ring again for what moved before."""
    doorbell = Doorbell("customerp", instance)
    doorbell()
    add_customerp_contact(systems)
    doorbell()

    assert doorbell() == "Nothing moved in Customerp."
    assert len(set(Heard.parse(doorbell.cursor).tokens.values())) == 1


def test_move_during_a_run_rings_after_it(systems, instance):
    """A run under way may have read past the move; one still queued will read it."""
    doorbell = Doorbell("customerp", instance)
    doorbell()
    job = defs.resolve_job_def("sync_contact")
    run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    add_customerp_contact(systems)

    assert "sync_contact is under way" in doorbell()
    instance.delete_run(run.run_id)
    assert doorbell() == ["sync_contact"]
    instance.create_run_for_job(job, status=dg.DagsterRunStatus.NOT_STARTED)
    add_customerp_contact(systems)
    assert doorbell() == "A run that will read what moved is queued already."
    assert doorbell() == "Nothing moved in Customerp."


@pytest.mark.usefixtures("systems")
def test_end_that_does_not_answer_is_a_reason_not_a_failure(instance, monkeypatch):
    """The tick is skipped with words a person can act on, and the cursor stays."""
    doorbell = Doorbell("customerp", instance)
    doorbell()
    cursor = doorbell.cursor
    monkeypatch.setenv("TALK_CUSTOMERP_API_KEY", "wrong")

    assert doorbell().startswith("Customerp was not asked, or did not answer: ")
    monkeypatch.delenv("TALK_SALESFORCE_URL")
    assert "TALK_SALESFORCE_URL is not set" in doorbell()
    assert doorbell.cursor == cursor


def test_doorbells_listen_to_all_that_a_pair_is_read_from():
    """Lines and companies move by themselves in Salesforce; Customerp's lines move with their documents."""
    salesforce = bell_for(System.SALESFORCE, PAIRS, pace=OFTEN)
    customerp = bell_for(System.CUSTOMERP, PAIRS, pace=OFTEN)

    assert salesforce.jobs["order_line"] == ["sync_order"]
    assert salesforce.jobs["account"] == ["sync_contact", "sync_quote", "sync_order"]
    assert salesforce.jobs["pricebook_entry"] == ["sync_product"]
    assert {entity.name for entity in customerp.entities} == {"product", "contact", "quote", "order"}


def test_jobs_ring_in_run_order():
    """What others refer to is synced first."""
    bell = bell_for(System.SALESFORCE, PAIRS, pace=OFTEN)
    known = {entity.name: "1" for entity in bell.entities}
    heard = Look(moved=("order_line", "account", "product"), tokens=known | {"order_line": "2", "account": "2"})

    assert answer(bell, known, heard, IDLE).jobs == ("sync_product", "sync_contact", "sync_quote", "sync_order")


def test_first_look_waits_for_a_sync_under_way():
    """Without a last look there is nothing to compare with; it looks anew when that run has ended."""
    bell = bell_for(System.CUSTOMERP, PAIRS, pace=OFTEN)
    tokens = {entity.name: "7" for entity in bell.entities}
    heard = Look(moved=tuple(tokens), tokens=tokens)
    first = answer(bell, {}, heard, Busy(queued=frozenset(), running=frozenset({"sync_all"})))

    assert (first.jobs, first.later, first.tokens) == ((), ("sync_all",), {})
