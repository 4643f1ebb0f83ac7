"""Where a Customerp is and what lets us in."""

from dataclasses import dataclass, field
from pathlib import Path

from talk_assets.model.errors import ConfigurationError
from talk_assets.systems.http import is_token


@dataclass(frozen=True, kw_only=True)
class CustomerpLogin:
    """Where the Customerp is, the API key to use, and a file of certificate authorities to trust besides the usual."""

    url: str
    api_key: str = field(repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class _Key:
    value: str = field(repr=False)


class ApiKey:
    """An API key as a bearer token; there is nothing to renew."""

    def __init__(self, key: str) -> None:
        if not is_token(key):
            raise ConfigurationError(
                "The Customerp API key holds characters that no HTTP header can carry. Nothing was sent. Correct it."
            )
        self._key = _Key(value=key)

    def header(self) -> str:
        """Return the Authorization header's value."""
        return f"Bearer {self._key.value}"

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - the protocol's shape
        """There is no other key."""
        return False
