"""What one embedded Customerp is told when it starts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from talk_assets.sandbox.customerp.profile import WHOLE, Profile
from talk_assets.sandbox.customerp.queries import MAX_LIMIT
from talk_assets.sandbox.customerp.webhooks import Webhook


@dataclass(frozen=True, kw_only=True)
class CustomerpSettings:
    """Identity, credentials and limits of one embedded Customerp."""

    tenant: str = "customerp-sandbox"
    """Identity of the data set; a client stores it to notice that it talks to another one."""
    api_key: str = "customerp-sandbox-key"
    client_id: str = "customerp-sandbox-client"
    client_secret: str = "customerp-sandbox-secret"  # noqa: S105 - opens nothing but the sandbox
    token_seconds: int = 3600
    idempotency_hours: int = 24
    requests_per_minute: int | None = None
    """Above this many requests in a minute the answer is 429; None sets no limit."""
    page_rows: int = MAX_LIMIT
    """A page of a list has at most this many records, whatever a client asks for."""
    profile: Profile = WHOLE
    """What it lacks of the contract."""
    webhooks: tuple[Webhook, ...] = ()
    """Who is told of changes."""
    sandbox_controls: bool = True
    """Whether faults can be told under /sandbox/, which no real system has."""


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(tz=UTC)
