"""Run both embedded systems together."""

import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.salesforce import ShapeError
from talk_assets.sandbox.sample import is_empty, load_fitting_sample, load_sample
from talk_assets.sandbox.serving import PortInUseError, running

__all__ = ["CustomerpFacts", "PortInUseError", "SalesforceFacts", "SandboxSystems", "ShapeError", "running", "sandbox"]

Sample = Literal["small", "none"]
SAMPLE_AGE = timedelta(days=1)
"""How much earlier than its Customerp records the sample's Salesforce records were last edited.

Loaded at one moment, chance would decide which end of a conflict is the later one.
"""


DAILY_REQUESTS = 5_000_000
"""What an org of about a thousand users has: a sync may ask often whether anything moved."""


class _Clock:
    """The time, or a time before it."""

    def __init__(self) -> None:
        self.behind = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


@dataclass(frozen=True, kw_only=True)
class SalesforceFacts:
    """What a client needs to reach the embedded Salesforce."""

    url: str
    client_id: str
    client_secret: str
    username: str
    password: str
    external_id_field: str


@dataclass(frozen=True, kw_only=True)
class CustomerpFacts:
    """What a client needs to reach the embedded Customerp; the API is under /api/v1 of *url*."""

    url: str
    api_key: str


@dataclass(frozen=True, kw_only=True)
class SandboxSystems:
    """Both embedded systems, running; *fitted* tells what of the sample the shape of the org left out or changed."""

    salesforce: SalesforceFacts
    customerp: CustomerpFacts
    fitted: tuple[str, ...] = ()

    def as_json_line(self) -> str:
        """Return the facts as one line of JSON."""
        return json.dumps({"salesforce": asdict(self.salesforce), "customerp": asdict(self.customerp)})


@contextmanager
def sandbox(
    *,
    salesforce_port: int = 0,
    customerp_port: int = 0,
    sample: Sample = "none",
    data_dir: Path | None = None,
    faults: str = "calm",
    seed: int = 0,
    org: str | None = None,
    customerp_without: Collection[str] = (),
    customerp_webhooks: Collection[customerp.Webhook] = (),
) -> Iterator[SandboxSystems]:
    """Run both embedded systems until the block ends; port 0 takes any free one.

    With *data_dir* they keep their records there, in salesforce.sqlite and customerp.sqlite,
    otherwise in memory. The sample is loaded only while both are empty, as far as the shape *org* allows.
    Then the faults of the profile *faults* begin, drawn by *seed*. *org* is the shape of the Salesforce org: a name
    or the path of a shape file.
    The Customerp lacks the capabilities *customerp_without*, and tells *customerp_webhooks* of its changes.

    Raises:
        ShapeError: there is no such shape, or no org can have it.
        ValueError: there is no such capability.
        PortInUseError: a port is taken.
    """
    shape = salesforce.OrgShape() if org is None else salesforce.read_shape(org)
    salesforce_settings = salesforce.SalesforceSettings(shape=shape, daily_api_requests=DAILY_REQUESTS)
    customerp_settings = customerp.CustomerpSettings(
        profile=customerp.Profile.lacking(customerp_without), webhooks=tuple(customerp_webhooks)
    )
    databases: dict[str, Path | None] = {"salesforce": None, "customerp": None}
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        databases = {name: data_dir / f"{name}.sqlite" for name in databases}
    clock = _Clock()
    with ExitStack() as stack:
        salesforce_app = salesforce.create_app(
            database=databases["salesforce"], settings=salesforce_settings, clock=clock
        )
        stack.callback(salesforce_app.state.close)
        customerp_app = customerp.create_app(database=databases["customerp"], settings=customerp_settings)
        stack.callback(customerp_app.state.close)
        salesforce_url = stack.enter_context(running(salesforce_app, port=salesforce_port))
        customerp_url = stack.enter_context(
            running(customerp_app, port=customerp_port, on_stop=customerp_app.state.release)
        )
        systems = SandboxSystems(
            salesforce=SalesforceFacts(
                url=salesforce_url,
                client_id=salesforce_settings.client_id,
                client_secret=salesforce_settings.client_secret,
                username=salesforce_settings.username,
                password=salesforce_settings.password,
                external_id_field=salesforce_settings.external_id_field,
            ),
            customerp=CustomerpFacts(url=customerp_url, api_key=customerp_settings.api_key),
        )
        facts = asdict(systems)
        if sample == "small" and is_empty(facts["salesforce"], facts["customerp"]):
            clock.behind = SAMPLE_AGE
            if org is None:
                load_sample(facts["salesforce"], facts["customerp"])
            else:
                fitted = load_fitting_sample(facts["salesforce"], facts["customerp"])
                systems = replace(systems, fitted=tuple(fitted))
            clock.behind = timedelta()
        for app in (salesforce_app, customerp_app):
            app.state.faults.begin(faults, seed=seed)
        yield systems
