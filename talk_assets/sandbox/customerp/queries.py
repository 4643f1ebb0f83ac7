"""Query parameters of lists and of the change feed, and the opaque cursor of a list."""

import base64
import binascii
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from talk_assets.sandbox.customerp.database import Search
from talk_assets.sandbox.customerp.problems import ProblemError
from talk_assets.sandbox.customerp.resources import Resource
from talk_assets.sandbox.customerp.stamps import rfc3339

MAX_LIMIT = 1000
MAX_IDS = 500
DEFAULT_LIMIT = 100


def search_of(resource: Resource, query: Mapping[str, str], *, offsets: bool = False) -> Search:
    """Return the search that a list's query parameters describe; 400 when they cannot be read.

    With *offsets* a cursor is the number of records to leave out.
    """
    keyed = ("externalKey",) if "externalKey" in resource.shape.by_name else ()
    refuse_unknown(query, ("updatedSince", "limit", "cursor", "deleted", *keyed, "ids", *resource.filters))
    deleted = query.get("deleted", "exclude")
    if deleted not in ("include", "exclude"):
        raise _unreadable("deleted", "include or exclude")
    after = ("", "")
    if "updatedSince" in query:
        after = (_moment(query["updatedSince"]), "")
    skip = 0
    if "cursor" in query and offsets:
        skip = whole(query, "cursor", default=0, lowest=0, highest=2**63 - 1)
    elif "cursor" in query:
        after = _cursor(query["cursor"])
    matches = [query.get(name) for name in resource.filters] + [None, None]
    if matches[0] is not None and resource.filters[0] == "email":
        matches[0] = matches[0].lower()
    return Search(
        resource=resource.name,
        after=after,
        since="updatedSince" in query,
        skip=skip,
        with_deleted=deleted == "include",
        external_key=query.get("externalKey"),
        ids=_ids(query["ids"]) if "ids" in query else None,
        match_one=matches[0],
        match_two=matches[1],
        limit=whole(query, "limit", default=DEFAULT_LIMIT, lowest=1, highest=MAX_LIMIT),
    )


def cursor_after(updated_at: str, record_id: str) -> str:
    """Return the cursor that continues behind that record."""
    return base64.urlsafe_b64encode(msgspec.json.encode([updated_at, record_id])).decode().rstrip("=")


def whole(query: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    """Return a whole number from *lowest* to *highest*; 400 when it is none."""
    text = query.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1  # noqa: PLR2004 - fits 64 bits
    if not lowest <= number <= highest:
        raise _unreadable(name, f"a whole number from {lowest} to {highest}")
    return number


def refuse_unknown(query: Mapping[str, str], known: Collection[str]) -> None:
    """Raise 400 when the query has a parameter that is not one of *known*."""
    for name in query:
        if name not in known:
            raise ProblemError(400, "malformed", f"Unknown parameter {name[:64]}; known: {', '.join(known)}.")


def _ids(text: str) -> tuple[str, ...]:
    ids = tuple(part for part in text.split(",") if part)
    if len(ids) > MAX_IDS:
        raise _unreadable("ids", f"at most {MAX_IDS} ids")
    return ids


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _unreadable("updatedSince", "a time as in RFC 3339") from None
    if moment.tzinfo is None:
        raise _unreadable("updatedSince", "a time with its offset from UTC")
    return rfc3339(moment)


def _cursor(text: str) -> tuple[str, str]:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=tuple[str, str])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise _unreadable("cursor", "the `next` of a list") from None


def _unreadable(name: str, expected: str) -> ProblemError:
    return ProblemError(400, "malformed", f"{name}: expected {expected}.")
