"""What a sandbox org can be told to be."""

from __future__ import annotations

from dataclasses import dataclass

from .shapes.shape import PLAIN, OrgShape


@dataclass(frozen=True, kw_only=True)
class SalesforceSettings:
    """The org's credentials, custom field and switches.

    `order_statuses` pairs each status label with its status category; an org that cancels orders adds
    `("Cancelled", "Canceled")`. `jwt_public_key` is the PEM text that verifies JWT bearer assertions;
    without it that grant is refused. A bulk job is worked off as soon as it is closed, or if `bulk_paced` by one
    batch of `bulk_batch_rows` with each later call to the org; `bulk_fails_after` is the row at
    which every such job fails. A page of a bulk query's results has at most `bulk_page_rows`, whatever a client asks
    for.
    `sandbox_controls` opens the `/sandbox/` pages, which no real org has. `shape` is what the org has switched on,
    added and ruled; `currency` is the one of an org that has only one.
    """

    client_id: str = "talk-assets-sandbox"
    client_secret: str = "sandbox-secret"  # noqa: S105 - the sandbox's own, it protects nothing
    username: str = "integration@sandbox.example"
    password: str = "sandbox-password"  # noqa: S105 - as above
    refresh_token: str = "5Aep861sandboxRefreshToken"  # noqa: S105 - as above
    jwt_public_key: str | None = None
    organization_id: str = "00DHp0000004Kj2"
    organization_name: str = "Talk Assets Sandbox"
    currency: str = "USD"
    external_id_field: str = "ERP_External_Id__c"
    daily_api_requests: int = 100_000
    session_seconds: int = 7_200
    standard_price_book_active: bool = True
    order_statuses: tuple[tuple[str, str], ...] = (("Draft", "Draft"), ("Activated", "Activated"))
    daily_bulk_batches: int = 15_000
    bulk_paced: bool = False
    bulk_batch_rows: int = 10_000
    bulk_fails_after: int | None = None
    bulk_page_rows: int = 250_000
    sandbox_controls: bool = True
    shape: OrgShape = PLAIN
