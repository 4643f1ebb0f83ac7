"""Where an end lives: the one origin that its client may talk to."""

import httpx

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def origin_of(url: str, *, end: System) -> httpx.URL:
    """Return the origin of *url*, with the path that all of the end's addresses begin with.

    Raises:
        ConfigurationError: it is not an https URL (or http on this machine) of a host alone.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ConfigurationError(f"The {end.title} URL cannot be read. Give one like https://host.") from error
    if not parsed.host or parsed.scheme not in {"http", "https"} or parsed.userinfo:
        raise ConfigurationError(f"The {end.title} URL is not of the form https://host. Correct it.")
    if parsed.scheme == "http" and parsed.host not in _LOOPBACK:
        raise ConfigurationError(
            f"The {end.title} URL uses http, which would send credentials in the clear. "
            "Nothing was sent. Use https; http is only taken on this machine."
        )
    return parsed.copy_with(query=None, fragment=None)


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Tell whether scheme, host and port are the same."""
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
