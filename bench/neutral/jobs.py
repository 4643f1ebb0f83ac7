"""Bulk API 2.0 jobs that are done at once: queries as CSV, and inserts."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec

from bench.neutral.objects import Objects, Table, selected
from bench.neutral.serving import Answer, Request
from bench.neutral.soql import parsed

_CSV = "text/csv"
_MOST_KEPT = 300


class Jobs:
    """The org's jobs of both kinds."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._queries: list[tuple[Table, tuple[str, ...], list[int]]] = []
        self._ingests: list[_Ingest] = []
        self._pages: dict[tuple[object, ...], bytes] = {}

    def answer(self, request: Request, what: str) -> Answer:
        """Answer a request for ``query`` or ``ingest`` jobs."""
        kind, _, rest = what.partition("/")
        number, _, which = rest.partition("/")
        if not number:
            return _told(kind, self._made(kind, msgspec.json.decode(request.body)))
        place = int(number.removeprefix("750"))
        if which == "results":
            return self._results(place, request.query.get("locator", "0"), int(request.query["maxRecords"]))
        if kind == "query":
            return _told(kind, {"id": number, "state": "JobComplete"})
        job = self._ingests[place]
        if which == "batches":
            job.rows = list(csv.DictReader(io.StringIO(request.body.decode(), newline="")))
            return Answer(kind="bulk ingest", body=b"", status=201)
        if which:
            return Answer(kind="bulk ingest", body=job.results(which), media_type=_CSV)
        if request.method == "PATCH":
            job.work(self._objects)
        return _told(kind, {"id": number, "state": "JobComplete" if job.done else "Open"})

    def _made(self, kind: str, asked: dict[str, str]) -> dict[str, Any]:
        if kind == "ingest":
            self._ingests.append(_Ingest(asked["object"]))
            return {"id": f"750{len(self._ingests) - 1:012d}", "state": "Open"}
        query = parsed(asked["query"])
        table = self._objects.table(query.resource)
        self._queries.append((table, query.names, list(selected(table, query))))
        return {"id": f"750{len(self._queries) - 1:012d}", "state": "UploadComplete"}

    def _results(self, place: int, start: str, most: int) -> Answer:
        table, names, places = self._queries[place]
        end = int(start) + most
        locator = str(end) if end < len(places) else "null"
        page = self._page(table, names, places[int(start) : end])
        return Answer(kind="bulk query", body=page, media_type=_CSV, headers={"sforce-locator": locator})

    def _page(self, table: Table, names: tuple[str, ...], places: Sequence[int]) -> bytes:
        """The rows as CSV; kept, so that the second client that asks is told as quickly as the bytes can be sent."""
        rows = table.told(places, names)
        asked = (names, hash(tuple(rows)))
        if asked not in self._pages:
            out = io.StringIO(newline="")
            writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerow(names)
            writer.writerows([_cell(record[name]) for name in names] for record in map(msgspec.json.decode, rows))
            if len(self._pages) >= _MOST_KEPT:
                self._pages.clear()
            self._pages[asked] = out.getvalue().encode()
        return self._pages[asked]


class _Ingest:
    def __init__(self, resource: str) -> None:
        self.rows: list[dict[str, str]] = []
        self.done = False
        self._resource = resource
        self._made: list[tuple[str, dict[str, str]]] = []
        self._refused: list[tuple[str, dict[str, str]]] = []

    def work(self, objects: Objects) -> None:
        for row in self.rows:
            given = {name: _value(cell) for name, cell in row.items() if cell}
            told = objects.create({"attributes": {"type": self._resource}} | given)
            if told["success"]:
                self._made.append((told["id"], row))
            else:
                self._refused.append((f"{told['errors'][0]['statusCode']}:taken:--", row))
        self.done = True

    def results(self, which: str) -> bytes:
        extra = {"successfulResults": ("sf__Id", self._made), "failedResults": ("sf__Error", self._refused)}
        name, rows = extra.get(which, ("sf__Id", []))
        header = list(self.rows[0]) if self.rows else []
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow([name, "sf__Created", *header])
        writer.writerows([fact, "true", *row.values()] for fact, row in rows)
        return out.getvalue().encode()


def _told(kind: str, body: dict[str, Any]) -> Answer:
    return Answer(kind=f"bulk {kind}", body=msgspec.json.encode(body))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(cell: str) -> object:
    if cell in {"true", "false"}:
        return cell == "true"
    return None if cell == "#N/A" else cell
