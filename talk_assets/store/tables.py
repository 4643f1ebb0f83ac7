"""The store's tables, generated from the declarations.

No table has a primary key: it makes loading 2.5 times slower and every later upsert dearer, and
uniqueness is checked by query where it matters. An upsert is DELETE and INSERT in one transaction.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN, RAW_SCHEMA, Entity, raw_schema
from talk_assets.store.database import Database
from talk_assets.store.past import HISTORY, HISTORY_SCHEMA, RELEASE_SCHEMA, RELEASES
from talk_assets.store.run_schema import RUN_TABLES
from talk_assets.store.sql import quoted, sql_type

AT = "__at"
"""Suffix of the column that says when a property last moved on its end."""


TOLD = "__told"
"""Suffix of the column that says when the record was changed that a property is looked up in, where that counts."""
UNSHOWN = "_unshown"
"""Column that names the properties an end's last answer left out, each between commas; null when it left out none.
Their columns hold what was last known."""


def is_unshown(column: str, name: str) -> pl.Expr:
    """True where *column*, of the kind of `UNSHOWN`, names the property *name*."""
    return pl.col(column).str.contains(f",{name},", literal=True).fill_null(value=False)


def raw_table(entity: Entity) -> str:
    """What *entity*'s end last said, as it said it."""
    return f"raw.{quoted(f'{entity.system}_{entity.name}')}"


def mapped_table(pair: EntityPair, system: System) -> str:
    """The pair's rows of one end, in the shape both ends share."""
    return f"mapped.{quoted(f'{system}_{pair.name}')}"


def links_table(pair: EntityPair) -> str:
    """Which Salesforce id is which Customerp id."""
    return f"links.{quoted(pair.name)}"


def baseline_table(pair: EntityPair) -> str:
    """The values both ends last agreed on, one row a link and end."""
    return f"store.{quoted(f'baseline_{pair.name}')}"


def changes_table(pair: EntityPair) -> str:
    """What must change where."""
    return f"changesets.{quoted(pair.name)}"


def match_columns(pair: EntityPair) -> list[str]:
    """Columns that hold the folded match keys of a mapped row, one a declared key."""
    return [f"_match{i}" for i in range(len(pair.match))]


def mapped_schema(pair: EntityPair) -> dict[str, pl.DataType]:
    """Columns of a mapped table."""
    columns: dict[str, pl.DataType] = dict(RAW_SCHEMA) | {
        "_seq": pl.Int64(),
        "_derived": pl.String(),
        UNSHOWN: pl.String(),
    }
    columns |= {name: pl.String() for name in match_columns(pair)}
    columns |= {p.name: p.dtype for p in pair.properties}
    columns |= {f"{p.name}{AT}": pl.Datetime("us", "UTC") for p in pair.properties if not p.derived}
    return columns


LINK_SCHEMA: Mapping[str, pl.DataType] = {
    "link_id": pl.String(),
    "salesforce_id": pl.String(),
    "customerp_id": pl.String(),
    "rule": pl.String(),
    "state": pl.String(),
    "fresh": pl.Boolean(),
    "doubtful": pl.Boolean(),
    "made_at": pl.Datetime("us", "UTC"),
    "_seq": pl.Int64(),
}
"""A link. *rule* says how it was found, *fresh* is true until both ends were first reconciled, and
*doubtful* while its baselines may be older than what both ends last agreed on. *state* is live;
salesforce_deleted or customerp_deleted, where the other end's record stays; both_deleted;
salesforce_restored or customerp_restored, where one of two deleted records was taken back; or
salesforce_merged, where the Salesforce record was merged into one that has a link of its own."""

MOVE_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "link_id": pl.String(),
    "system": pl.String(),
    "was": pl.String(),
    "now": pl.String(),
    "reason": pl.String(),
    "moved_at": pl.Datetime("us", "UTC"),
}
"""A link that was handed from one record of *system* to another, and why; rows are only ever added."""

CHANGE_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "system": pl.String(),
    "op": pl.String(),
    "link_id": pl.String(),
    "origin_id": pl.String(),
    "record_id": pl.String(),
    "property": pl.String(),
    "old": pl.String(),
    "new": pl.String(),
    "state": pl.String(),
    "phase": pl.Int64(),
    "reason": pl.String(),
    "waits_pair": pl.String(),
    "waits_id": pl.String(),
    "_seq": pl.Int64(),
}
"""A change: on *system* the record *record_id* must take *property* (null: the whole record) from the
other end's record *origin_id*. *phase* 1 goes out after the record's lines. *waits_pair* and
*waits_id* name the other end's record a parked change waits for."""

QUARANTINE_SCHEMA: Mapping[str, pl.DataType] = {
    "stage": pl.String(),
    "pair": pl.String(),
    "system": pl.String(),
    "record_id": pl.String(),
    "property": pl.String(),
    "check": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "first_seen": pl.Datetime("us", "UTC"),
    "last_seen": pl.Datetime("us", "UTC"),
    "attempts": pl.Int64(),
    "_seq": pl.Int64(),
}
"""A record out of the flow: which stage stopped it, at which property and why. It is tried again when
the record's change number passes *_seq*."""

REVIEW = "links.review"
REVIEW_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "system": pl.String(),
    "record_id": pl.String(),
    "rule": pl.String(),
    "key": pl.String(),
    "salesforce_ids": pl.String(),
    "customerp_ids": pl.String(),
    "since": pl.Datetime("us", "UTC"),
}
"""An unlinked record with several candidates; a person decides."""

CONFLICT_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "link_id": pl.String(),
    "salesforce_id": pl.String(),
    "customerp_id": pl.String(),
    "property": pl.String(),
    "salesforce_base": pl.String(),
    "customerp_base": pl.String(),
    "salesforce_value": pl.String(),
    "customerp_value": pl.String(),
    "salesforce_at": pl.Datetime("us", "UTC"),
    "customerp_at": pl.Datetime("us", "UTC"),
    "policy": pl.String(),
    "winner": pl.String(),
    "first_link": pl.Boolean(),
    "found_at": pl.Datetime("us", "UTC"),
}
"""Both ends changed one property to different values; both are kept. *winner* is null where a person
must decide."""

DECISION_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "link_id": pl.String(),
    "property": pl.String(),
    "winner": pl.String(),
    "salesforce_value": pl.String(),
    "customerp_value": pl.String(),
    "decided_by": pl.String(),
    "decided_at": pl.Datetime("us", "UTC"),
    "state": pl.String(),
    "settled_at": pl.Datetime("us", "UTC"),
}
"""What a person decided of a conflict, and the values that person saw. *state* is standing, applied, replaced by a
later word, or overtaken where an end's value changed before it was applied. Of a whole record (*property* is empty) the
winner is the end that deleted it, and what was seen is the number of the last move on the other."""

TIE_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "salesforce_id": pl.String(),
    "customerp_id": pl.String(),
    "what": pl.String(),
    "said_by": pl.String(),
    "said_at": pl.Datetime("us", "UTC"),
}
"""What a person said of two records (*what*): linked; unlinked, after which both wait for a person; separate, after
which neither is ever a candidate for the other; kept, where one was deleted and the other gets a new counterpart;
renewed, where one carries the key of the other's copies, so that those are known by another key from then on."""

INTENT_SCHEMA: Mapping[str, pl.DataType] = {
    "intent_id": pl.String(),
    "pair": pl.String(),
    "system": pl.String(),
    "op": pl.String(),
    "link_id": pl.String(),
    "origin_id": pl.String(),
    "record_id": pl.String(),
    "key": pl.String(),
    "body": pl.String(),
    "state": pl.String(),
    "attempt": pl.Int64(),
    "sent_at": pl.Datetime("us", "UTC"),
    "outcome": pl.String(),
    "problem": pl.String(),
    "not_before": pl.Datetime("us", "UTC"),
}
"""What was about to be sent, stored before the call; and what it did, stored after. *attempt* counts the tries,
*not_before* is when the next may be."""

CURSOR_SCHEMA: Mapping[str, pl.DataType] = {
    "system": pl.String(),
    "entity": pl.String(),
    "cursor": pl.String(),
    "read_at": pl.Datetime("us", "UTC"),
    "swept_at": pl.Datetime("us", "UTC"),
}
"""How far an end was read, and when it was last read whole."""


def baseline_schema(pair: EntityPair) -> dict[str, pl.DataType]:
    """Columns of a baseline table: link, end, and the agreed value of each property."""
    columns: dict[str, pl.DataType] = {"link_id": pl.String(), "system": pl.String()}
    return columns | {p.name: p.dtype for p in pair.properties if not p.derived}


def create_tables(db: Database, pairs: Iterable[EntityPair], entities: Iterable[Entity]) -> None:
    """Create what is missing, and add columns for properties declared since the store was made.

    An end with a new property is read whole next time. Until then what its records hold of it is unknown, as it is of
    those that a whole read does not find any more, and of those read while a property was not declared.
    """
    with db.transaction():
        _create(db, "store.cursor", CURSOR_SCHEMA)
        for entity in entities:
            for one in (entity, *entity.children):
                columns = raw_schema(one) | {"_seq": pl.Int64(), "_missing_since": pl.Datetime("us", "UTC")}
                if unread := sorted(_asked_anew(db, one) | (_create(db, raw_table(one), columns) & set(one.paths))):
                    db.execute("DELETE FROM store.cursor WHERE system = ? AND entity = ?", [entity.system, entity.name])
                    values = ", ".join(f"{quoted(path)} = ?" for path in unread)
                    db.execute(f"UPDATE {raw_table(one)} SET {values}", [NOT_SHOWN] * len(unread))
        for pair in pairs:
            for system in System:
                _create(db, mapped_table(pair, system), mapped_schema(pair))
            _create(db, links_table(pair), LINK_SCHEMA)
            _create(db, baseline_table(pair), baseline_schema(pair))
            _create(db, changes_table(pair), CHANGE_SCHEMA)
        tables = {"store.quarantine": QUARANTINE_SCHEMA, REVIEW: REVIEW_SCHEMA, "links.said": TIE_SCHEMA}
        tables |= {"links.moved": MOVE_SCHEMA, "changesets.conflict": CONFLICT_SCHEMA}
        tables |= {"changesets.decision": DECISION_SCHEMA, "writeback.intent": INTENT_SCHEMA}
        for table, schema in {**tables, HISTORY: HISTORY_SCHEMA, RELEASES: RELEASE_SCHEMA, **RUN_TABLES}.items():
            _create(db, table, schema)


def _asked_anew(db: Database, entity: Entity) -> set[str]:
    """Note the paths *entity* is read with; those that the last run read it without."""
    key, paths = f"paths_{entity.system}_{entity.name}", " ".join(entity.paths)
    known = db.meta(key)
    db.set_meta(key, paths)
    return set() if known is None else set(entity.paths) - set(known.split(" "))


def _create(db: Database, table: str, schema: Mapping[str, pl.DataType]) -> set[str]:
    """Create *table*, or add the columns it lacks; those that it lacked and now has, without values."""
    if "_seq" in schema:
        db.watch(table)
    known = db.columns.get(table.replace('"', ""))
    if known is None:
        columns = ", ".join(f"{quoted(name)} {sql_type(dtype)}" for name, dtype in schema.items())
        db.define(f"CREATE TABLE {table} ({columns})", **{table.replace('"', ""): {*schema}})
        return set()
    lacking = [name for name in schema if name not in known]
    for name in lacking:
        db.define(f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {sql_type(schema[name])}")
    return set(lacking)
