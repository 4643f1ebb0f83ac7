"""Tryton's JSON-RPC: one call, its answer or what went wrong, and the values that JSON has no kind for."""

import base64
import ssl
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import httpx

from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError
from talk_assets.systems.port import CallCount

_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403
_SECONDS = 60
_DATE, _TIME = ("year", "month", "day"), ("hour", "minute", "second", "microsecond")


class RefusedError(Exception):
    """Tryton said no, by the *code* of its own error, and changed nothing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotReachedError(PeerUnavailableError):
    """The call certainly never reached Tryton."""


class BusyError(PeerUnavailableError):
    """Another transaction holds the database; nothing was done."""


class Rpc:
    """One login to one database; several threads may call."""

    def __init__(self, *, root: str, database: str, login: str, password: str, ca_file: Path | None = None) -> None:
        self.calls = CallCount()
        self.database = database
        self._path = f"/{database}/rpc/"
        self._login, self._password = login, password
        trusted = ssl.create_default_context()
        if ca_file is not None:
            trusted.load_verify_locations(ca_file)
        self._http = httpx.Client(base_url=root, timeout=_SECONDS, verify=trusted)
        self._numbers = count(1)
        self._session: str | None = None
        self._lock = Lock()

    def call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None, writes: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Call a method of a model and return its answer.

        Raises:
            RefusedError: Tryton refuses; nothing was changed.
            BusyError, NotReachedError, PeerUnavailableError, PeerAnswerError: no usable answer came.
            ConfigurationError: the login is refused.
        """
        with self._lock:
            self.calls.writes += writes
        session = self._logged_in()
        answer = self._post(method, [*arguments, dict(context or {})], session)
        if answer.status_code == _UNAUTHORIZED:
            # The session ended; nothing was done.
            with self._lock:
                if self._session == session:
                    self._session = None
            answer = self._post(method, [*arguments, dict(context or {})], self._logged_in())
        return self._result(answer, method)

    def close(self) -> None:
        """Give up connections."""
        self._http.close()

    def _logged_in(self) -> str:
        with self._lock:
            if self._session is not None:
                return self._session
        answer = self._post("common.db.login", [self._login, {"password": self._password}, "en"], None)
        if answer.status_code in {_UNAUTHORIZED, _FORBIDDEN}:
            raise ConfigurationError(
                "Tryton refuses the login. Nothing was read or written. Set TALK_CUSTOMERP_API_KEY to login:password."
            )
        user, token, *_ = self._result(answer, "common.db.login")
        session = base64.b64encode(f"{self._login}:{user}:{token}".encode()).decode()
        with self._lock:
            self._session = session
        return session

    def _post(self, method: str, parameters: list[Any], session: str | None) -> httpx.Response:
        with self._lock:
            self.calls.total += 1
            self.calls.by_kind[method] = self.calls.by_kind.get(method, 0) + 1
            body = {"id": next(self._numbers), "method": method, "params": _encoded(parameters)}
        headers = {} if session is None else {"Authorization": f"Session {session}"}
        try:
            return self._http.post(self._path, json=body, headers=headers)
        except httpx.ConnectError as error:
            raise NotReachedError(
                f"Tryton cannot be reached: {error}. {method} was not called. Running again is safe."
            ) from error
        except httpx.HTTPError as error:
            raise PeerUnavailableError(
                f"Tryton gave no answer to {method}: {error}. What it did is read back by the next run."
            ) from error

    def _result(self, answer: httpx.Response, method: str) -> Any:  # noqa: ANN401 - JSON
        if answer.status_code == _FORBIDDEN:
            raise ConfigurationError(f"Tryton forbids {method} to this login. Nothing was done. Give it the rights.")
        if answer.status_code != _OK:
            raise PeerUnavailableError(
                f"Tryton answered {method} with HTTP {answer.status_code}. Running again is safe."
            )
        try:
            found = answer.json(parse_float=Decimal)
        except ValueError as error:
            raise PeerAnswerError(f"Tryton answered {method} with something that is no JSON.") from error
        if "error" in found:
            name, *rest = found["error"]
            message = rest[0] if rest else name
            if "locked" in str(name):
                raise BusyError(f"Tryton's database is busy. {method} did nothing. Running again is safe.")
            raise RefusedError(str(name), str(message[0] if isinstance(message, list) else message))
        return _decoded(found.get("result"))


def _encoded(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case datetime():
            return {"__class__": "datetime"} | {name: getattr(value, name) for name in _DATE + _TIME}
        case date():
            return {"__class__": "date"} | {name: getattr(value, name) for name in _DATE}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case dict():
            return {name: _encoded(one) for name, one in value.items()}
        case list() | tuple():
            return [_encoded(one) for one in value]
        case _:
            return value


def _decoded(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case {"__class__": "Decimal", "decimal": str(digits)}:
            return Decimal(digits)
        case {"__class__": "datetime"}:
            return datetime(*(value[name] for name in _DATE + _TIME)).replace(tzinfo=UTC)  # noqa: DTZ001 - Tryton means UTC
        case {"__class__": "date"}:
            return date(*(value[name] for name in _DATE))
        case dict():
            return {name: _decoded(one) for name, one in value.items()}
        case list():
            return [_decoded(one) for one in value]
        case _:
            return value
