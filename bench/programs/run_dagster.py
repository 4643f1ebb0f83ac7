"""The cycle of `cycle_ours` as a run by Dagster: the job of contacts, in this process, with its SQLite databases."""

import os

import dagster as dg
import httpx

from bench.case import Context, tell
from bench.measure import measured
from bench.neutral.serving import COUNTS
from talk_assets.cli.home import prepared_home
from talk_assets.settings import variables_for

context = Context.of_environment()
os.environ |= variables_for(context.facts, store=context.folder / "ours" / "store.duckdb")
os.environ["TALK_LOOKBACK_SECONDS"] = "1"

from talk_assets.definitions import defs  # noqa: E402 - it reads the settings when it is imported

job = defs.resolve_job_def("sync_contact")
with dg.DagsterInstance.from_config(str(prepared_home(context.folder / "dagster_home"))) as instance:
    for _ in range(2):
        assert job.execute_in_process(instance=instance).success  # noqa: S101 - a failed run would mislead
    for end in context.facts.values():
        httpx.delete(f"{end['url']}{COUNTS}", trust_env=False)
    with measured() as reading:
        assert job.execute_in_process(instance=instance).success  # noqa: S101
tell(cycle_cpu=reading.cpu, cycle_wall=reading.seconds, assets=len(list(job.asset_layer.executable_asset_keys)))
