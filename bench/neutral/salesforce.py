"""The Salesforce end: sessions, descriptions, queries and writes of collections."""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from bench.neutral.canned import Canned
from bench.neutral.jobs import Jobs
from bench.neutral.objects import Objects, Table, edited, selected
from bench.neutral.ordered import joined
from bench.neutral.serving import Answer, Request
from bench.neutral.soql import Query, parsed

ROOT = "/services/data/v62.0/"
_PAGE = 2000
_LIMIT = {"sforce-limit-info": "api-usage=1/5000000"}
_encode = msgspec.json.encode


class Salesforce:
    """The org; *objects* holds its records."""

    def __init__(self, canned: Canned, objects: Objects) -> None:
        self.url = ""
        self._canned = canned
        self._objects = objects
        self._jobs = Jobs(objects)
        self._going_on: dict[str, tuple[Query, list[int]]] = {}

    def answer(self, request: Request) -> Answer:
        """Answer one request; what is asked under no known path is not there (404)."""
        path = request.path
        if path == "/services/oauth2/token":
            return Answer(kind="login", body=self._token())
        if path == "/bench/change":
            return Answer(kind="control", body=self._change(request.query))
        if not path.startswith(ROOT):
            return Answer(kind="unknown", status=404, body=b"[]")
        what = path.removeprefix(ROOT)
        if what.startswith("jobs/"):
            return self._jobs.answer(request, what.removeprefix("jobs/"))
        kind, status, body = self._part(request.method, what, request.query, request.body)
        return Answer(kind=kind, status=status, body=body, headers=_LIMIT)

    def _part(self, method: str, what: str, query: Mapping[str, str], sent: bytes) -> tuple[str, int, bytes]:
        if what.startswith("query"):
            _, _, locator = what.partition("/")
            return "query", 200, self._next(locator) if locator else self._query(query["q"])
        if what == "composite":
            kinds, body = self._composite(sent)
            return "composite write" if any("collection" in kind for kind in kinds) else "composite read", 200, body
        if what == "composite/sobjects":
            return f"{method} collection", 200, self._collection(method, query, sent)
        if what.startswith("composite/sobjects/"):
            return "retrieve", 200, self._retrieved(what.rpartition("/")[2], sent)
        if what.endswith("/describe"):
            found = self._canned.described.get(what.split("/")[1])
            return "describe", 200 if found else 404, found or b"[]"
        return "unknown", 404, b"[]"

    def _token(self) -> bytes:
        who = f"{self.url}/id/00DHp0000004Kj2MAE/{self._canned.user}"
        return _encode({"access_token": "neutral", "instance_url": self.url, "id": who, "token_type": "Bearer"})

    def _query(self, soql: str) -> bytes:
        if " FROM Organization" in soql:
            return self._canned.organization
        if " FROM Pricebook2" in soql:
            return self._canned.pricebook
        asked = parsed(soql)
        table = self._objects.table(asked.resource)
        if asked.newest_first:
            newest = table.rows.newest()
            return _told(table, asked.names, [] if newest is None else [newest])
        places = selected(table, asked)
        if asked.limit is not None:
            return _told(table, asked.names, list(islice(places, asked.limit)))
        found = list(places)
        return self._told_on(table, asked, found)

    def _told_on(self, table: Table, asked: Query, places: list[int]) -> bytes:
        if len(places) <= _PAGE:
            return _told(table, asked.names, places)
        locator = f"01g{len(self._going_on):012d}"
        self._going_on[locator] = asked, places
        return self._next(f"{locator}-0")

    def _next(self, locator: str) -> bytes:
        name, _, start = locator.partition("-")
        asked, places = self._going_on[name]
        end = int(start) + _PAGE
        rows = joined(self._objects.table(asked.resource).told(places[int(start) : end], asked.names))
        if end >= len(places):
            return b'{"totalSize":%d,"done":true,"records":%b}' % (len(places), rows)
        address = f"{ROOT}query/{name}-{end}".encode()
        return b'{"totalSize":%d,"done":false,"nextRecordsUrl":"%b","records":%b}' % (len(places), address, rows)

    def _composite(self, sent: bytes) -> tuple[set[str], bytes]:
        answers: list[dict[str, Any]] = []
        kinds: set[str] = set()
        for part in msgspec.json.decode(sent)["compositeRequest"]:
            path, _, query = part["url"].removeprefix(ROOT).partition("?")
            body = _encode(part["body"]) if "body" in part else b""
            kind, status, answer = self._part(part["method"], unquote(path), dict(parse_qsl(query)), body)
            kinds.add(kind)
            answers.append(
                {"body": msgspec.Raw(answer), "httpHeaders": {}, "httpStatusCode": status}
                | {"referenceId": part["referenceId"]}
            )
        return kinds, _encode({"compositeResponse": answers})

    def _collection(self, method: str, query: Mapping[str, str], sent: bytes) -> bytes:
        if method == "DELETE":
            return _encode([self._objects.remove(one) for one in query["ids"].split(",")])
        write = self._objects.create if method == "POST" else self._objects.update
        return _encode([write(record) for record in msgspec.json.decode(sent)["records"]])

    def _retrieved(self, resource: str, sent: bytes) -> bytes:
        asked = msgspec.json.decode(sent)
        table = self._objects.table(resource)
        places: Iterable[int | None] = (table.place_of(one) for one in asked["ids"])
        names = asked["fields"]
        return joined([b"null" if place is None else table.told([place], names)[0] for place in places])

    def _change(self, query: Mapping[str, str]) -> bytes:
        """Let a person edit two fields of *count* contacts from number *first* on."""
        first, count = int(query.get("first", "0")), int(query["count"])
        table = self._objects.table("Contact")
        mark = f"{time.time_ns()}"
        for place in range(first, first + count):
            edited(table, place, {"Title": f"Title {mark}", "Department": f"Desk {mark}"}, person=True)
        return _encode({"changed": count})


def _told(table: Table, names: Sequence[str], places: list[int]) -> bytes:
    return b'{"totalSize":%d,"done":true,"records":%b}' % (len(places), joined(table.told(places, names)))
