"""Finding a record by what a person has of it: an id of either end, our key, or a value it is matched by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import links, moves
from talk_assets.store.database import Database
from talk_assets.store.sql import quoted
from talk_assets.store.tables import mapped_table


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing of *pair*: its record on one end, or on both where they are linked.

    *link* is the link's row (link schema), None without one. *earlier* are Salesforce records that the link was
    of before, *moved* the rows that say so (`store.tables.MOVE_SCHEMA`).
    """

    pair: EntityPair
    ids: Mapping[System, str]
    link: Mapping[str, Any] | None
    earlier: Sequence[str] = ()
    moved: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def records(self) -> dict[System, list[str]]:
        """All records by end, the present one first."""
        earlier = {System.SALESFORCE: self.earlier}
        return {system: [record, *earlier.get(system, ())] for system, record in self.ids.items()}

    @property
    def name(self) -> str:
        """The thing as messages name it."""
        return f"{self.pair.name} {' = '.join(f'{s.title} {self.ids[s]}' for s in System if s in self.ids)}"


def find(db: Database, pairs: Iterable[EntityPair], spellings: Sequence[str]) -> list[Found]:
    """All things that *spellings* of one text may mean, in a stable order: by id, else by key, else by a match value.

    *spellings* begins with the text itself.
    """
    chosen = list(pairs)
    for look in (_by_id, _by_key, _by_match):
        met: dict[tuple[str, str], Found] = {}
        for pair in chosen:
            for system in System:
                for record in look(db, pair, system, spellings):
                    found = _thing(db, pair, system, record)
                    met.setdefault((pair.name, min(found.ids.values())), found)
        if met:
            return list(met.values())
    return []


def _thing(db: Database, pair: EntityPair, system: System, record: str) -> Found:
    rows = links.by_record(db, pair, system, [record])
    link = rows.row(0, named=True) if rows.height else None
    ids = {system: record} if link is None else {s: str(link[f"{s}_id"]) for s in System}
    moved = moves.about(db, pair, None if link is None else str(link["link_id"]), ids.get(System.SALESFORCE))
    ours = [str(row["was"]) for row in moved if link is not None and row["link_id"] == link["link_id"]]
    earlier = [one for one in dict.fromkeys(ours) if one != ids[System.SALESFORCE]]
    return Found(pair=pair, ids=ids, link=link, earlier=earlier, moved=moved)


def _by_id(db: Database, pair: EntityPair, system: System, spellings: Sequence[str]) -> list[str]:
    """Records read, or stopped before they could be."""
    return _ids(
        db,
        f"""SELECT _id FROM {mapped_table(pair, system)} WHERE list_contains(?::VARCHAR[], _id)
            UNION SELECT record_id FROM store.quarantine
            WHERE pair = ? AND system = ? AND list_contains(?::VARCHAR[], record_id) ORDER BY 1""",
        [list(spellings), pair.name, system.value, list(spellings)],
    )


def _by_key(db: Database, pair: EntityPair, system: System, spellings: Sequence[str]) -> list[str]:
    """Records that carry our key, or whose copies do; and those of a link with this id."""
    linked = links.by_any_id(db, pair, spellings[0])[f"{system}_id"].to_list()
    keyed = f"SELECT _id FROM {mapped_table(pair, system)} WHERE ? IN (_key, _derived) ORDER BY 1"
    return linked or _ids(db, keyed, [spellings[0]])


def _by_match(db: Database, pair: EntityPair, system: System, spellings: Sequence[str]) -> list[str]:
    """Live records that hold the text in a property they are matched by, compared as matching does; or as a number."""
    references = {p.name for p in pair.references}
    names = [n for n in dict.fromkeys(n for key in pair.match for n in key.properties) if n not in references]
    # What an end numbers by itself is what a person has in hand, though nothing is matched by it.
    names += [p.name for p in pair.properties if p.derived and p.dtype == pl.String()]
    if not names:
        return []
    wanted = [_folded(pair, name, spellings[0]) for name in names]
    either = " OR ".join(f"lower(CAST({quoted(name)} AS VARCHAR)) IN (?, ?)" for name in names)
    parameters = [part for one in wanted for part in (one, spellings[0].lower())]
    return _ids(
        db, f"SELECT _id FROM {mapped_table(pair, system)} WHERE NOT _deleted AND ({either}) ORDER BY 1", parameters
    )


def _folded(pair: EntityPair, name: str, text: str) -> str | None:
    p = pair.by_name[name]
    row = pl.DataFrame({name: [text]}, schema={name: pl.String()}).select(pl.col(name).cast(p.dtype, strict=False))
    found = row.select(p.fold(pl.col(name)).cast(pl.String).str.to_lowercase()).item()
    return None if found is None else str(found)


def _ids(db: Database, sql: str, parameters: Sequence[object]) -> list[str]:
    return [str(record) for (record,) in db.rows(sql, parameters)]
