"""How the text of a variable becomes a value; ValueError says what is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast
from urllib.parse import SplitResult, urlsplit

from talk_assets.model.disclosure import conceal
from talk_assets.model.reserve import Reserve

PrivateContacts = Literal["create", "park"]
LoginMethod = Literal["client_credentials", "jwt_bearer", "refresh_token"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_DAYS = 3650
_WHOLE = 100
_LONGEST_LOOKBACK_SECONDS = 7 * 24 * 3600


class Secret:
    """A text that shows itself only when asked to."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        conceal(value)
        self._value = value

    def reveal(self) -> str:
        """The text itself; never put it into a message."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(********)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def _address(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        unusable_port = parts.port == 0
    except ValueError:
        # The library's own message may quote a password.
        raise ValueError("not an address such as https://example.com") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("not an address such as https://example.com")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("http carries secrets unencrypted, and is accepted for this machine only")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not carry a name or password")
    if parts.query or parts.fragment:
        raise ValueError("an address must end before any ? or #")
    if unusable_port:
        raise ValueError("port 0 cannot be connected to")
    return parts


def origin(text: str) -> str:
    """Scheme, host and port of an address that has no path."""
    parts = _address(text)
    if parts.path.strip("/"):
        raise ValueError("only the host is wanted, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def root(text: str) -> str:
    """An address, without the slash at its end and without the API's own path."""
    parts = _address(text)
    path = parts.path.rstrip("/")
    if path.endswith("/api/v1"):
        raise ValueError("/api/v1 is added by itself")
    return f"{parts.scheme}://{parts.netloc}{path}"


def word(text: str) -> str:
    """A text without white space."""
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("it holds white space or control characters")
    return text


def secret(text: str) -> Secret:
    """A text without white space, hidden from messages."""
    return Secret(word(text))


def login_method(text: str) -> LoginMethod:
    """One of the OAuth flows."""
    if text not in {"client_credentials", "jwt_bearer", "refresh_token"}:
        raise ValueError("none of client_credentials, jwt_bearer and refresh_token")
    return cast("LoginMethod", text)


def private_key(text: str) -> Secret:
    r"""A private key in PEM, hidden from messages; in one line its lines may end with ``\n`` as two characters."""
    pem = text.replace("\\n", "\n")
    if "PRIVATE KEY-----" not in pem:
        raise ValueError("not a private key in PEM")
    if "ENCRYPTED" in pem:
        raise ValueError("it has a passphrase, and there is nobody to type it")
    return Secret(pem)


def matching(pattern: str, expectation: str) -> Callable[[str], str]:
    """A reader of texts that match *pattern*; others are refused with *expectation*."""

    def read(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(expectation)
        return text

    return read


def topics(text: str) -> tuple[str, ...]:
    """Names of what an event bus tells of."""
    found = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    for one in found:
        if re.fullmatch(r"/(?:data|event)/[A-Za-z][A-Za-z0-9_]{0,78}", one, re.ASCII) is None:
            raise ValueError("not names of topics, such as /data/ChangeEvents, separated by commas")
    return found


def owners(text: str) -> tuple[str, ...]:
    """E-mail addresses and teams, as Dagster takes them."""
    found = tuple(one.strip() for one in text.split(",") if one.strip())
    for one in found:
        if re.fullmatch(r"team:[A-Za-z0-9_.\-]+|[^\s@:]+@[^\s@:]+\.[^\s@:]+", one) is None:
            raise ValueError("not e-mail addresses or team:NAME, separated by commas")
    return found


def private_contacts(text: str) -> PrivateContacts:
    """One of the two policies."""
    if text not in {"create", "park"}:
        raise ValueError("neither create nor park")
    return cast("PrivateContacts", text)


def reserve(text: str) -> Reserve:
    """A number of calls, or a share of the allowance in percent."""
    found = re.fullmatch(r"(?P<share>\d{1,2})\s*%|(?P<calls>\d{1,9})", text, re.ASCII)
    if found is None:
        raise ValueError("neither a number of calls nor a percentage below 100")
    if found["share"] is not None:
        return Reserve(share=int(found["share"]) / 100)
    return Reserve(calls=int(found["calls"]))


def percentage(text: str) -> float:
    """A share from 1 % to 100 %, as a number up to 1."""
    found = re.fullmatch(r"(\d{1,3})\s*%", text, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= _WHOLE:
        raise ValueError("not a percentage from 1% to 100%")
    return int(found[1]) / _WHOLE


def count(text: str) -> int:
    """A whole number."""
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) is None:
        raise ValueError("not a whole number")
    return int(text)


def days(text: str) -> timedelta:
    """A whole number of days, at least one and up to ten years."""
    if re.fullmatch(r"\d{1,4}", text, re.ASCII) is None or not 1 <= int(text) <= _MOST_DAYS:
        raise ValueError(f"not a whole number from 1 to {_MOST_DAYS}")
    return timedelta(days=int(text))


def switch(text: str) -> bool:
    """1 for on, 0 for off."""
    if text not in {"0", "1"}:
        raise ValueError("neither 0 nor 1")
    return text == "1"


def seconds(text: str) -> timedelta:
    """A whole number of seconds, up to a week."""
    if not text.isascii() or not text.isdigit() or int(text) > _LONGEST_LOOKBACK_SECONDS:
        raise ValueError(f"not a whole number from 0 to {_LONGEST_LOOKBACK_SECONDS}")
    return timedelta(seconds=int(text))


def days_or_never(text: str) -> timedelta:
    """A whole number of days, up to ten years; 0 says never."""
    return timedelta(0) if text == "0" else days(text)


def hours(text: str) -> timedelta:
    """A whole number of hours, up to a year."""
    return _times(text, timedelta(hours=1))


def minutes(text: str) -> timedelta:
    """A whole number of minutes, up to a year."""
    return _times(text, timedelta(minutes=1))


def _times(text: str, unit: timedelta) -> timedelta:
    most = timedelta(days=365) // unit
    if re.fullmatch(r"\d{1,6}", text, re.ASCII) is None or int(text) > most:
        raise ValueError(f"not a whole number from 0 to {most}")
    return int(text) * unit


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one of *choices*."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"none of {', '.join(choices[:-1])} and {choices[-1]}")
        return text

    return read


def hidden_address(text: str) -> Secret:
    """An address whose path and query are as good as a password."""
    parts = urlsplit(text)
    _address(f"{parts.scheme}://{parts.netloc}")
    return Secret(word(text))


def mail_addresses(text: str) -> tuple[str, ...]:
    """Addresses of e-mail, with commas between them."""
    found = tuple(one for part in text.split(",") if (one := part.strip()))
    if not found or not all(re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", one) for one in found):
        raise ValueError("not addresses such as it@example.com, with commas between them")
    return found


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """A mail server; *encrypted* from the first byte, or from STARTTLS on. *plain* only on this machine."""

    host: str
    port: int
    encrypted: bool

    @property
    def plain(self) -> bool:
        """Whether it may go without encryption: it is this machine."""
        return self.host in _LOOPBACK


def mail_server(text: str) -> MailServer:
    """smtps://host or smtp://host, perhaps with a port."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("not an address such as smtps://mail.example.com") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
        raise ValueError("not an address such as smtps://mail.example.com or smtp://mail.example.com:587")
    encrypted = parts.scheme == "smtps"
    return MailServer(host=parts.hostname, port=port or (465 if encrypted else 587), encrypted=encrypted)
