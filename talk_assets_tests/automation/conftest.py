"""Runs of the real jobs in this process, on ends in memory or on the embedded systems."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pytest

from talk_assets.automation.resource import session_resource
from talk_assets.definitions import defs
from talk_assets.session import Session
from talk_assets_tests.twins import Twins


class Ran:
    """What became of a run."""

    def __init__(self, result: dg.ExecuteInProcessResult) -> None:
        self.success = result.success
        self.id = result.run_id
        self.metadata = {
            "/".join(event.asset_key.path): {
                name: value.value for name, value in event.materialization.metadata.items()
            }
            for event in result.get_asset_materialization_events()
        }
        self.checks = {
            ("/".join(check.asset_key.path), check.check_name): check for check in result.get_asset_check_evaluations()
        }

    @property
    def written(self) -> set[str]:
        return {name for name in self.metadata if name.startswith("writeback/")}


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def run(definitions: dg.Definitions, instance, job: str, *, selection: list[str] | None = None, **config) -> Ran:
    """Run *job*, or only the assets *selection* of it (written stage/name), as a launchpad would."""
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        run_config=config,
        asset_selection=None if selection is None else [dg.AssetKey(name.split("/")) for name in selection],
        raise_on_error=False,
    )
    return Ran(result)


class Runs:
    """Runs jobs on ends in memory."""

    def __init__(self, twins: Twins, instance: dg.DagsterInstance) -> None:
        self.twins = twins
        self.instance = instance
        self.definitions = dg.Definitions(
            assets=defs.assets,
            jobs=defs.jobs,
            resources=dict(defs.resources) | {"session": session_resource(self._open)},
            executor=defs.executor,
        )

    def __call__(self, job: str, *, selection: list[str] | None = None, **config) -> Ran:
        self.twins.clock.tick()
        return run(self.definitions, self.instance, job, selection=selection, **config)

    @contextmanager
    def _open(self) -> Iterator[Session]:
        yield self.twins.session()


@pytest.fixture
def runs(twins, instance):
    return Runs(twins, instance)
