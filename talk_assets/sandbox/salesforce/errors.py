"""Refusals, in the words and shapes of the REST API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """One refusal: HTTP status, error code, message and the fields it concerns.

    `fields` is None where Salesforce leaves the key out. The same refusal has two shapes: an entry of the
    error array of a single call (`errorCode`) and an entry of a per-record result (`statusCode`).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Sequence[str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = None if fields is None else list(fields)
        self.headers = dict(headers or {})

    def body(self) -> list[dict[str, Any]]:
        """Return the answer to a single call."""
        entry: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            entry["fields"] = self.fields
        return [entry]

    def record_errors(self) -> list[dict[str, Any]]:
        """Return the entries of a per-record result in a collection or a tree."""
        return [{"statusCode": self.code, "message": self.message, "fields": self.fields or []}]


class BodyError(ApiError):
    """The request body as a whole cannot be read; `culprit` is the text to point at in it."""

    def __init__(self, message: str, *, culprit: str = "") -> None:
        super().__init__("JSON_PARSER_ERROR", message)
        self.culprit = culprit

    def located(self, body: bytes) -> ApiError:
        """Return the refusal with the line and column of its culprit in *body*."""
        text = body.decode("utf-8", errors="replace")
        offset = max(text.find(self.culprit), 0) if self.culprit else 0
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        return ApiError(self.code, f"{self.message} at [line:{line}, column:{column}]")


def not_found() -> ApiError:
    """No such path, object or row."""
    return ApiError("NOT_FOUND", "The requested resource does not exist", status=404)


def unknown_external_id(text: str) -> ApiError:
    """The path names a field that identifies nothing, or an id that is none."""
    message = f"Provided external ID field does not exist or is not accessible: {text}"
    return ApiError("NOT_FOUND", message, status=404)


def entity_is_deleted() -> ApiError:
    """The row is in the recycle bin."""
    return ApiError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=[])


def invalid_cross_reference() -> ApiError:
    """A well-formed id of a row that never existed."""
    return ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404, fields=[])


def required_missing(*fields: str) -> ApiError:
    """Fields without which the row cannot be saved."""
    return ApiError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(fields)}]", fields=fields)


def field_integrity(message: str, *fields: str) -> ApiError:
    """A rule across fields or rows was broken."""
    return ApiError("FIELD_INTEGRITY_EXCEPTION", message, fields=fields)
