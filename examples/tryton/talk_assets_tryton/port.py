"""Tryton as a `SystemPort`.

Every record carries the sync's key in a field that the module beside this package adds, unique in the database, so
that a creation is found again whatever became of its answer. Versions are Tryton's own `_timestamp`s, which it
compares in the transaction of the write. A change is found by the stamps of a record and of what belongs to it; a
deletion by the note that the module makes of it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from talk_assets.model.changes import Write
from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN, Entity, raw_schema
from talk_assets.systems.batching import split
from talk_assets.systems.port import Capabilities, Identity, Page, Written
from talk_assets_tryton.contacts import Contacts
from talk_assets_tryton.facts import Known
from talk_assets_tryton.kinds import Kind, Row, moved_at, versions
from talk_assets_tryton.products import Products
from talk_assets_tryton.rpc import Rpc
from talk_assets_tryton.sales import Orders, Quotes
from talk_assets_tryton.writer import Writer

KINDS: Mapping[str, Kind] = {"contacts": Contacts(), "products": Products(), "quotes": Quotes(), "orders": Orders()}
"""By Customerp's name of the resource."""
LOOKBACK = timedelta(minutes=2)
"""A row is stamped when its transaction begins, and seen when that ends."""
_PAGE = 200
_BATCH = 500


class TrytonPort:
    """The Customerp end, played by Tryton."""

    system = System.CUSTOMERP
    capabilities = Capabilities(compare_and_set=True, change_feed=False, long_poll=False, needs_reread=False)

    def __init__(self, *, rpc: Rpc, entities: Mapping[str, Entity]) -> None:
        self.calls = rpc.calls
        self._rpc = rpc
        self._documents = {child.name: entity for entity in entities.values() for child in entity.children}
        self._known = Known(self._call)
        self._writer = Writer(call=self._call, rows=self.rows, page=self.page, known=self._known, kinds=KINDS)

    def ready(self) -> None:
        """A call says by itself whether Tryton is there."""

    def identify(self) -> Identity:
        """The company."""
        company = self._known.company
        return Identity(
            tenant=f"tryton-{self._rpc.database}-{company['id']}",
            name=company["party."]["name"],
            currency=company["currency."]["code"],
        )

    def shown(self, entity: Entity) -> None:  # noqa: ARG002 - the protocol's shape
        """The records tell."""
        return

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield what was changed or deleted since *cursor*, pages by id."""
        kind = KINDS[entity.resource]
        place: dict[str, Any] = json.loads(cursor) if cursor is not None else {"at": None, "deleted": 0}
        now = self._place(kind)
        since = None if place["at"] is None else datetime.fromisoformat(place["at"]) - LOOKBACK
        last = 0
        while True:
            domain = [list(kind.domain), ["id", ">", last], *([] if since is None else [_moved_since(kind, since)])]
            rows = self._search(kind, domain)
            if len(rows) < _PAGE:
                break
            yield self.page(entity, rows)
            last = rows[-1]["id"]
        gone = [] if cursor is None else self._deleted(kind, place["deleted"])
        yield self.page(entity, rows, gone=gone, cursor=json.dumps(now))

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records; a deleted one as its tombstone."""
        kind = KINDS[entity.resource]
        named = [int(one) for one in dict.fromkeys(ids)]
        found = {row["id"]: row for row in self.rows(kind, [["id", "in", named]])} if named else {}
        if keys:
            found |= {row["id"]: row for row in self.rows(kind, [["talk_key", "in", list(keys)]])}
        missing = [one for one in named if one not in found]
        gone = self._deleted(kind, 0, missing) if missing else []
        return self.page(entity, list(found.values()), gone=gone)

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split into batches; a document's lines stay together."""
        return split(writes, most=_BATCH, together=entity.name in self._documents)

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch, a call or two for each record."""
        return self._writer.write(self._documents.get(entity.name, entity), batch, lines=entity.name in self._documents)

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:  # noqa: ARG002 - the protocol's shape
        """Return the latest stamp and deletion of each kind."""
        owners = {e.name: self._documents.get(e.name, e) for e in entities}
        return {name: json.dumps(self._place(KINDS[owner.resource])) for name, owner in owners.items()}

    def close(self) -> None:
        """Give up connections."""
        self._rpc.close()

    def rows(self, kind: Kind, domain: list[Any]) -> list[Row]:
        """All of *kind*'s records in a domain."""
        found: list[Row] = []
        while True:
            last = found[-1]["id"] if found else 0
            page = self._search(kind, [list(kind.domain), ["id", ">", last], domain])
            found += page
            if len(page) < _PAGE:
                return found

    def page(
        self,
        entity: Entity,
        rows: Sequence[Row],
        *,
        gone: Sequence[tuple[int, datetime]] = (),
        cursor: str | None = None,
    ) -> Page:
        """Return records, their lines and tombstones as Customerp's."""
        kind = KINDS[entity.resource]
        frames: dict[str, list[Row]] = {one.name: [] for one in (entity, *entity.children)}
        for row in rows:
            facts = {
                "_id": str(row["id"]),
                "_key": row["talk_key"],
                "_parent": None,
                "_stamp": moved_at(row, kind.related),
                "_version": json.dumps(versions(row, kind.model, kind.related), sort_keys=True),
                "_deleted": False,
            }
            frames[entity.name].append(_shown(entity, kind.values(row, self._known)) | facts)
            for child in entity.children:
                of_line = facts | {"_parent": facts["_id"]}
                frames[child.name] += [
                    _shown(child, line.values) | of_line | {"_id": line.id, "_key": line.key}
                    for line in kind.lines(row)
                ]
        nothing = {"_key": None, "_parent": None, "_version": None, "_deleted": True}
        frames[entity.name] += [_shown(entity, {}) | nothing | {"_id": str(i), "_stamp": at} for i, at in gone]
        made = {
            one.name: pl.DataFrame(frames[one.name], schema=raw_schema(one), orient="row")
            for one in (entity, *entity.children)
        }
        return Page(frames=made, cursor=cursor)

    def _search(self, kind: Kind, domain: list[Any]) -> list[Row]:
        own = ["talk_key", "_timestamp", "last_modified_at"]
        inner = [f"{relation}.{name}" for relation in kind.related for name in ("_timestamp", "last_modified_at")]
        names = [*own, *inner, *kind.fields]
        found = self._call(f"model.{kind.model}.search_read", domain, 0, _PAGE, [["id", "ASC"]], names)
        return list(found)

    def _place(self, kind: Kind) -> dict[str, Any]:
        """How far the kind has come: the latest stamp of its records and what belongs to them, the latest deletion."""
        stamps = [
            found[0]["last_modified_at"]
            for model in (kind.model, *kind.related.values())
            if (found := self._latest(model, "last_modified_at"))
        ]
        deleted = self._call("model.talk.deleted.search", [["model", "=", kind.model]], 0, 1, [["id", "DESC"]])
        return {"at": max(stamps).isoformat() if stamps else None, "deleted": deleted[0] if deleted else 0}

    def _latest(self, model: str, name: str) -> list[Row]:
        return list(self._call(f"model.{model}.search_read", [], 0, 1, [[name, "DESC"]], [name]))

    def _deleted(self, kind: Kind, after: int, ids: Sequence[int] | None = None) -> list[tuple[int, datetime]]:
        domain = [["model", "=", kind.model], ["id", ">", after], *([] if ids is None else [["record", "in", ids]])]
        found = self._call("model.talk.deleted.search_read", domain, 0, None, None, ["record", "create_date"])
        return list({one["record"]: one["create_date"] for one in found}.items())

    def _call(
        self,
        method: str,
        *arguments: Any,  # noqa: ANN401 - JSON
        versions: Mapping[str, str] | None = None,
        writes: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        context: Row = {"active_test": False}
        if versions:
            context["_timestamp"] = dict(versions)
        if method != "model.company.company.search_read":
            context["company"] = self._known.company["id"]
        return self._rpc.call(method, *arguments, context=context, writes=writes)


def _moved_since(kind: Kind, since: datetime) -> list[Any]:
    inner = [[f"{relation}.last_modified_at", ">=", since] for relation in kind.related]
    return ["OR", ["last_modified_at", ">=", since], *inner]


def _shown(entity: Entity, values: Mapping[str, str | None]) -> Row:
    return {path: values.get(path, NOT_SHOWN) for path in entity.paths}
