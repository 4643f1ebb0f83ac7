"""The org's records by object, as the bytes that are sent."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from bench.neutral.ordered import Rows, stamp_text
from bench.neutral.soql import Query
from talk_assets.sandbox.salesforce.ids import number_of, numbered

EDITOR = "LastModifiedById"
_OTHER = "005Hp0000000009IAA"
_OWN = ("Id", "IsDeleted", "SystemModstamp")
_PREFIXES = {"Contact": "003", "Account": "001"}
_decode, _encode = msgspec.json.decode, msgspec.json.encode


class Table:
    """One object's rows; *defaults* are the fields that a row has besides its own facts, in the order they are sent."""

    def __init__(self, name: str, *, prefix: str, key: str, defaults: Mapping[str, Any], user: str) -> None:
        self.rows = Rows()
        self.key = key
        self._name = name
        self._prefix = prefix
        self._defaults = dict(defaults)
        self._user = user
        self._places: dict[str, int] = {}
        self._by_others: set[int] = set()

    @property
    def names(self) -> list[str]:
        """What a row has, but for who changed it last."""
        return [*_OWN, self.key, *self._defaults]

    def id_of(self, place: int) -> str:
        """The id of the row at *place*."""
        return numbered(self._prefix, place + 1)

    def place_of(self, record_id: str) -> int | None:
        """The place of the row with this id, None where there is none."""
        place = number_of(record_id) - 1
        return place if 0 <= place < len(self.rows) else None

    def place_of_key(self, key: str) -> int | None:
        """The place of the row that carries our *key*."""
        return self._places.get(key.lower())

    def keep(self, place: int, record: Mapping[str, Any], *, stamp: int, person: bool = False) -> None:
        """Keep the fields of a row, new or changed."""
        own = self.id_of(place)
        url = f"/services/data/v62.0/sobjects/{self._name}/{own}"
        facts = {"Id": own, "IsDeleted": False, self.key: None} | self._defaults | dict(record)
        facts["SystemModstamp"] = stamp_text(stamp)
        row = {"attributes": {"type": self._name, "url": url}} | {name: facts[name] for name in self.names}
        self.rows.put(place, _encode(row), stamp)
        if facts[self.key] is not None:
            self._places[str(facts[self.key]).lower()] = place
        (self._by_others.add if person else self._by_others.discard)(place)

    def record(self, place: int) -> dict[str, Any]:
        """The fields of a row."""
        found: dict[str, Any] = _decode(self.rows.rows[place])
        return {name: value for name, value in found.items() if name != "attributes"}

    def told(self, places: Sequence[int], names: Sequence[str]) -> list[bytes]:
        """Rows as they are sent for a query of *names*."""
        rows = self.rows.rows
        asked = {name for name in names if name != EDITOR}
        found = [rows[place] for place in places]
        if not asked.issuperset(self.names):
            kept = {"attributes", *asked}
            found = [_encode({n: v for n, v in _decode(row).items() if n in kept}) for row in found]
        if EDITOR not in names:
            return found
        ours, other = (f',"{EDITOR}":"{user}"}}'.encode() for user in (self._user, _OTHER))
        return [
            row[:-1] + (other if place in self._by_others else ours) for row, place in zip(found, places, strict=True)
        ]


class Objects:
    """Every object of the org, made when it is first asked for."""

    def __init__(self, *, key: str, user: str, fields: Mapping[str, Mapping[str, Any]]) -> None:
        self._key = key
        self._user = user
        self._fields = fields
        self._tables: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """The rows of the object *name*."""
        if name not in self._tables:
            prefix = _PREFIXES.get(name, f"a{len(self._tables):02d}")
            self._tables[name] = Table(
                name, prefix=prefix, key=self._key, defaults=self._fields.get(name, {}), user=self._user
            )
        return self._tables[name]

    def create(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Make a record of a collection; its result."""
        table = self.table(record["attributes"]["type"])
        key = record.get(table.key)
        if key is not None and table.place_of_key(key) is not None:
            return _failed("DUPLICATE_VALUE")
        place = len(table.rows)
        table.keep(place, {name: value for name, value in record.items() if name != "attributes"}, stamp=_now())
        return _done(table.id_of(place))

    def update(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Change a record of a collection; its result."""
        table = self.table(record["attributes"]["type"])
        place = table.place_of(record["id"])
        if place is None:
            return _failed("NOT_FOUND")
        edited(table, place, {name: value for name, value in record.items() if name not in {"attributes", "id"}})
        return _done(record["id"])

    def remove(self, record_id: str) -> dict[str, Any]:
        """Delete a record; its result."""
        table = next(t for t in self._tables.values() if t.id_of(0)[:3] == record_id[:3])
        place = table.place_of(record_id)
        if place is None:
            return _failed("NOT_FOUND")
        edited(table, place, {"IsDeleted": True})
        return _done(record_id)


def edited(table: Table, place: int, values: Mapping[str, Any], *, person: bool = False) -> None:
    """Change fields of a row now; *person* says that it was not us."""
    table.keep(place, table.record(place) | dict(values), stamp=_now(), person=person)


def selected(table: Table, asked: Query) -> Iterator[int]:
    """The places that a query selects, in order."""
    if asked.among is None:
        last = asked.beyond and (asked.beyond[0], number_of(asked.beyond[1]) - 1)
        return table.rows.places(since=asked.since, beyond=last)
    name, texts = asked.among
    find = table.place_of if name == "Id" else table.place_of_key
    return (place for place in map(find, texts) if place is not None)


def _now() -> int:
    return int(time.time())


def _done(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def _failed(code: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": code.lower(), "fields": []}]}
