"""The least that a run by Dagster takes: as many assets as the job of contacts has, one after the other, all empty."""

import dagster as dg

from bench.case import Context, tell
from bench.measure import measured
from talk_assets.cli.home import prepared_home

_ASSETS = 9


def _empty(number: int) -> dg.AssetsDefinition:
    @dg.asset(name=f"empty_{number}", deps=[f"empty_{number - 1}"] if number else [])
    def _asset() -> None:
        return None

    return _asset


context = Context.of_environment()
assets = [_empty(number) for number in range(_ASSETS)]
definitions = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("empty")], executor=dg.in_process_executor)
job = definitions.resolve_job_def("empty")
with dg.DagsterInstance.from_config(str(prepared_home(context.folder / "empty_home"))) as instance:
    for _ in range(2):
        job.execute_in_process(instance=instance)
    with measured() as reading:
        job.execute_in_process(instance=instance)
tell(cycle_cpu=reading.cpu, cycle_wall=reading.seconds, assets=_ASSETS)
