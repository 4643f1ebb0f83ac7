"""The Customerp end: lists, the change feed, batches and single writes of contacts."""

import time
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from bench.neutral.canned import Canned
from bench.neutral.ordered import joined
from bench.neutral.serving import Answer, Request

_ROOT = "/api/v1/"
_JSON = "application/json"
_FIRST = 1000
"""The number of the first record, as in the embedded Customerp."""
_decode, _encode = msgspec.json.decode, msgspec.json.encode
_Result = tuple[int, bytes | None]


class Contacts:
    """Rows by place as the bytes that are sent; *defaults* are their properties, in order."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self.rows: list[bytes] = []
        self.feed = array("q")
        self.feed_times = array("d")
        self.feed_signs = bytearray()
        self._defaults = dict(defaults)
        self._places: dict[str, int] = {}
        self._made: dict[str, int] = {}

    def place_of(self, record_id: str) -> int | None:
        """The place of a record, None where there is none."""
        number = record_id.removeprefix("C")
        place = int(number) - _FIRST if number.isdecimal() else -1
        return place if 0 <= place < len(self.rows) else None

    def place_of_key(self, key: str) -> int | None:
        """The place of the record that carries our *key*."""
        return self._places.get(key)

    def place_of_attempt(self, key: str) -> int | None:
        """The place of the record that was made under this idempotency key."""
        return self._made.get(key)

    def create(self, body: Mapping[str, Any], *, origin: str, attempt: str | None = None, now: float = 0.0) -> int:
        """Make a record; its place."""
        place = len(self.rows)
        moment = now or time.time()
        facts = {"id": f"C{place + _FIRST}", "createdAt": _text(moment), "updatedAt": _text(moment), "version": 1}
        facts |= {"deleted": False, "externalKey": body.get("externalKey")} | self._defaults
        self.rows.append(_encode(facts | dict(body)))
        if body.get("externalKey") is not None:
            self._places[body["externalKey"]] = place
        if attempt is not None:
            self._made[attempt] = place
        self._moved(place, moment, origin)
        return place

    def update(self, place: int, values: Mapping[str, Any], *, origin: str) -> None:
        """Change a record by merge patch."""
        record = _decode(self.rows[place])
        for name, value in values.items():
            nested = isinstance(value, dict) and isinstance(record.get(name), dict)
            record[name] = record[name] | value if nested else value
        moment = time.time()
        record |= {"updatedAt": _text(moment), "version": record["version"] + 1}
        self.rows[place] = _encode(record)
        self._moved(place, moment, origin)

    def version(self, place: int) -> int:
        """The version of a record."""
        return int(_decode(self.rows[place])["version"])

    def moved_since(self, moment: float) -> list[int]:
        """The places of records that moved at *moment* or later, those that moved last at the end."""
        moved = self.feed[bisect_left(self.feed_times, moment) :]
        return list(dict.fromkeys(reversed(moved)))[::-1]

    def _moved(self, place: int, moment: float, origin: str) -> None:
        self.feed.append(place)
        self.feed_times.append(moment)
        self.feed_signs.append(origin == "talk-assets")


class Customerp:
    """The tenant; its *contacts* are the only records."""

    def __init__(self, canned: Canned, contacts: Contacts) -> None:
        self._canned = canned
        self._contacts = contacts
        self._tenant = {"tenant": _decode(canned.info)["tenant"]}

    def answer(self, request: Request) -> Answer:
        """Answer one request; lists of other resources are empty."""
        if request.path == "/bench/change":
            return _answer("control", self._change(request.query))
        what = request.path.removeprefix(_ROOT)
        origin = request.headers.get("x-change-origin", "")
        if not what:
            return _answer("info", self._canned.info)
        if what == "changes":
            return _answer("changes", self._changes(int(request.query["since"]), int(request.query["limit"])))
        if what == "batch":
            operations = _decode(request.body)["operations"]
            return _answer("batch", _encode({"results": [_result(self._done(one, origin)) for one in operations]}))
        resource, _, record_id = what.partition("/")
        if request.method == "GET":
            return _answer("list", self._list(request.query) if resource == "contacts" else _list([], None))
        operation = {"op": "update" if record_id else "create", "id": record_id, "body": _decode(request.body)}
        if "if-match" in request.headers:
            operation["ifMatch"] = request.headers["if-match"].strip('"')
        status, record = self._done(operation, origin)
        return _answer(f"{request.method} one", record or b"{}", status=status)

    def _list(self, query: Mapping[str, str]) -> bytes:
        contacts, rows = self._contacts, self._contacts.rows
        if "ids" in query:
            places = map(contacts.place_of, query["ids"].split(","))
            return _list([rows[place] for place in places if place is not None], None)
        if "externalKey" in query:
            place = contacts.place_of_key(query["externalKey"])
            return _list([] if place is None else [rows[place]], None)
        start, most = int(query.get("cursor", "0")), int(query.get("limit", "500"))
        if "updatedSince" in query:
            moved = contacts.moved_since(datetime.fromisoformat(query["updatedSince"]).timestamp())
            found = [rows[place] for place in moved[start : start + most]]
            return _list(found, str(start + most) if start + most < len(moved) else None)
        end = start + most
        return _list(rows[start:end], str(end) if end < len(rows) else None)

    def _changes(self, since: int, limit: int) -> bytes:
        """Moves after *since*; asked for none, only where the feed stands."""
        feed = self._contacts
        newest = len(feed.feed)
        if not limit:
            return _encode({"items": [], "last": newest} | self._tenant)
        end = min(newest, since + limit)
        items = [
            {
                "seq": seq + 1,
                "resource": "contacts",
                "id": f"C{feed.feed[seq] + _FIRST}",
                "updatedAt": _text(feed.feed_times[seq]),
                "deleted": False,
                "origin": "talk-assets" if feed.feed_signs[seq] else None,
            }
            for seq in range(since, end)
        ]
        last = max(since, end) if since <= newest else newest
        return _encode({"items": items, "last": last} | self._tenant)

    def _done(self, operation: Mapping[str, Any], origin: str) -> _Result:
        contacts = self._contacts
        body = operation.get("body", {})
        if operation["op"] == "create":
            return self._created(body, operation.get("idempotencyKey"), origin)
        place = contacts.place_of(operation["id"])
        if place is None:
            return 404, None
        version = operation.get("ifMatch")
        if version is not None and int(version) != contacts.version(place):
            return 412, None
        contacts.update(place, {"deleted": True} if operation["op"] == "delete" else body, origin=origin)
        return (204, None) if operation["op"] == "delete" else (200, contacts.rows[place])

    def _created(self, body: Mapping[str, Any], attempt: str | None, origin: str) -> _Result:
        contacts = self._contacts
        place = None if attempt is None else contacts.place_of_attempt(attempt)
        if place is None and contacts.place_of_key(body.get("externalKey") or "") is not None:
            return 409, None
        if place is None:
            place = contacts.create(body, origin=origin, attempt=attempt)
        return 201, contacts.rows[place]

    def _change(self, query: Mapping[str, str]) -> bytes:
        """Let a person edit two properties of *count* contacts from number *first* on."""
        first, count = int(query.get("first", "0")), int(query["count"])
        mark = f"{time.time_ns()}"
        for place in range(first, first + count):
            self._contacts.update(place, {"jobTitle": f"Title {mark}", "department": f"Desk {mark}"}, origin="")
        return _encode({"changed": count})


def _list(rows: list[bytes], after: str | None) -> bytes:
    place = b"null" if after is None else b'"%b"' % after.encode()
    return b'{"items":%b,"next":%b,"asOf":"%b"}' % (joined(rows), place, _text(time.time()).encode())


def _result(done: _Result) -> dict[str, Any]:
    status, record = done
    if record is None:
        return {"status": status} | ({"problem": {"status": status, "title": "refused"}} if status >= 400 else {})  # noqa: PLR2004
    return {"status": status, "record": msgspec.Raw(record)}


def _answer(kind: str, body: bytes, *, status: int = 200) -> Answer:
    return Answer(kind=kind, body=body, status=status, media_type=_JSON)


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
