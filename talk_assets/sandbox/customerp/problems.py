"""Refusals of the Customerp API as problem documents (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One property that a request may not have as it is."""

    pointer: str
    """JSON pointer (RFC 6901) into the request body."""
    code: str
    detail: str


class ProblemError(Exception):
    """A request that is refused; nothing was written for it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        facts: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.faults = tuple(faults)
        self.facts = dict(facts or {})
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """Return the problem document; `errors` is there when properties were refused."""
        document: dict[str, Any] = {
            "type": f"urn:customerp:problem:{self.code}",
            "title": TITLES[self.code],
            "status": self.status,
            "detail": self.detail,
            **self.facts,
        }
        if self.faults:
            document["errors"] = [
                {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in self.faults
            ]
        return document


TITLES = {
    "malformed": "The request cannot be read",
    "unauthorized": "Credentials are missing or unknown",
    "not_found": "There is nothing here",
    "method": "This address does not know that method",
    "running": "The same request is still running",
    "external_key": "The external key is taken",
    "referenced": "Other records refer to this one",
    "deleted": "The record is deleted",
    "stale": "The record has moved on",
    "media_type": "The body has another media type",
    "invalid": "The record is not acceptable",
    "idempotency": "The idempotency key belongs to another request",
    "precondition": "A precondition is missing",
    "rate": "Too many requests",
    "internal": "The server failed",
}


def invalid(faults: Sequence[Fault]) -> ProblemError:
    """Return the 422 that names every refused property."""
    return ProblemError(
        422,
        "invalid",
        f"{len(faults)} propert{'y is' if len(faults) == 1 else 'ies are'} refused.",
        faults=faults,
    )
