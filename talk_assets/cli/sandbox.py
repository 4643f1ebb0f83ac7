"""`talk sandbox`: both embedded systems, until told to stop."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.signals import asked_to_stop
from talk_assets.model.errors import ConfigurationError

if TYPE_CHECKING:
    from talk_assets.sandbox.customerp import Webhook
    from talk_assets.sandbox.server import SandboxSystems

SalesforcePort = Annotated[
    int, typer.Option(min=0, max=65535, help="Port of the embedded Salesforce; 0 takes any free one.")
]
CustomerpPort = Annotated[
    int, typer.Option(min=0, max=65535, help="Port of the embedded Customerp; 0 takes any free one.")
]

OrgShape = Annotated[
    str | None,
    typer.Option(
        metavar="SHAPE",
        help="What the embedded Salesforce org has switched on, added and ruled: country-picklists, multi-currency, "
        "person-accounts, no-quotes, no-orders, required-fields, validation-rule, duplicate-rule, custom, crowded, "
        "or the path of a .toml file.",
    ),
]
CustomerpLacks = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="What the embedded Customerp lacks, with commas between: etag, idempotency, external_key, batch, changes, "
        "tombstones, paging, stamp_grain, visibility_lag.",
    ),
]


def lacks_named(names: str) -> list[str]:
    """The names that a person gave with commas between."""
    return [name.strip() for name in names.split(",") if name.strip()]


class Sample(StrEnum):
    """Records to begin with."""

    SMALL = "small"
    NONE = "none"


SampleChoice = Annotated[Sample, typer.Option(help="Records that new systems begin with.")]


class FaultProfile(StrEnum):
    """What goes wrong by chance."""

    CALM = "calm"
    FLAKY = "flaky"
    HOSTILE = "hostile"
    SLOW = "slow"


def sandbox(
    *,
    salesforce_port: SalesforcePort = 8801,
    customerp_port: CustomerpPort = 8802,
    sample: SampleChoice = Sample.SMALL,
    data_dir: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Keep the records here; otherwise they live in memory."),
    ] = None,
    faults: Annotated[
        FaultProfile,
        typer.Option(
            help="What goes wrong by chance: nothing; now and then what busy servers and networks do; often, and all "
            "kinds of it; or only slowness. Single faults are told at POST /sandbox/faults of each system."
        ),
    ] = FaultProfile.CALM,
    seed: Annotated[int, typer.Option(help="Draws the faults; the same seed draws the same ones.")] = 0,
    org: OrgShape = None,
    customerp_without: CustomerpLacks = "",
) -> None:
    """Run an embedded Salesforce and an embedded Customerp until Ctrl-C or SIGTERM.

    When both are ready, one line of JSON on stdout says where they are and how to log in.
    """
    with (
        asked_to_stop() as stop,
        embedded_systems(
            salesforce_port=salesforce_port,
            customerp_port=customerp_port,
            sample=sample,
            data_dir=data_dir,
            faults=faults,
            seed=seed,
            org=org,
            customerp_without=lacks_named(customerp_without),
        ) as systems,
    ):
        for note in systems.fitted:
            typer.echo(f"Of the sample, in this org: {note}.", err=True)
        typer.echo(systems.as_json_line())
        stop.wait()


@contextmanager
def embedded_systems(
    *,
    salesforce_port: int,
    customerp_port: int,
    sample: Sample,
    data_dir: Path | None,
    faults: FaultProfile = FaultProfile.CALM,
    seed: int = 0,
    org: str | None = None,
    customerp_without: Collection[str] = (),
    customerp_webhooks: Collection["Webhook"] = (),
) -> Iterator["SandboxSystems"]:
    """Both embedded systems while the block runs.

    Raises:
        ConfigurationError: A port is in use, there is no such shape or capability, or the sample is refused.
    """
    from talk_assets.sandbox import server
    from talk_assets.sandbox.customerp import Profile
    from talk_assets.sandbox.sample import SampleError

    try:
        lacks = Profile.lacking(customerp_without).without
    except ValueError as error:
        raise ConfigurationError(f"--customerp-without: {error}. Nothing was started. Name some of these.") from error
    try:
        with server.sandbox(
            salesforce_port=salesforce_port,
            customerp_port=customerp_port,
            sample=sample.value,
            data_dir=data_dir,
            faults=faults.value,
            seed=seed,
            org=org,
            customerp_without=lacks,
            customerp_webhooks=customerp_webhooks,
        ) as systems:
            yield systems
    except SampleError as error:
        raise ConfigurationError(
            f"The embedded systems did not take the sample: {error} "
            "Both were stopped. Or start them with --sample none."
        ) from error
    except (server.PortInUseError, server.ShapeError) as error:
        raise ConfigurationError(str(error)) from error
