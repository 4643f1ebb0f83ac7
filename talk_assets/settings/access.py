"""Where one end is and who we are there, for commands that need no more of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import variables
from talk_assets.settings.privacy import private_text
from talk_assets.settings.readers import Secret, root, secret


@dataclass(frozen=True, kw_only=True)
class CustomerpAccess:
    """A Customerp, the key it knows us by, perhaps an OAuth client's secret, and authorities to trust besides."""

    url: str
    api_key: Secret
    client_secret: Secret | None
    ca_file: Path | None

    @classmethod
    def given(
        cls,
        environ: Mapping[str, str],
        *,
        url: str | None,
        api_key_file: Path | None,
        client_secret_file: Path | None,
    ) -> Self:
        """Take what is given, and the rest from *environ*.

        Raises:
            ConfigurationError: something is missing or wrong.
        """
        try:
            return cls(
                url=variables.CUSTOMERP_URL.value(environ) if url is None else _url(url),
                api_key=variables.CUSTOMERP_API_KEY.value(environ) if api_key_file is None else _secret(api_key_file),
                client_secret=None if client_secret_file is None else _secret(client_secret_file),
                ca_file=variables.CA_FILE.value(environ),
            )
        except ValueError as error:
            raise ConfigurationError(f"{error} Nothing was read or written.") from None


def _url(text: str) -> str:
    try:
        return root(text)
    except ValueError as error:
        raise ValueError(f"The URL cannot be used: {error}. Give {variables.CUSTOMERP_URL.doc}.") from None


def _secret(path: Path) -> Secret:
    try:
        return secret(private_text(path.expanduser()).strip())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"{path} cannot be used: {reason}.") from None
