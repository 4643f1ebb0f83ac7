"""The first stage as assets: what each end says, untouched."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from talk_assets.model.disclosure import discreet
from talk_assets.model.markdown import table
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, raw_schema
from talk_assets.raw.calls import Cost
from talk_assets.raw.checks import budget_result, budget_spec, schema_result, schema_spec
from talk_assets.raw.config import Reading
from talk_assets.raw.fetch import fetch
from talk_assets.session import Session
from talk_assets.store import raw

STAGE = "raw"
OWNERS = ["team:talk-assets"]
POOL = "store"
"""Whatever opens the store takes this pool, which admits one run at a time."""
_PRIORITY = {"dagster/priority": "50"}
_AFTER_RECORDS = {"dagster/priority": "45"}
"""Look-ups are read after the records that refer to them: whatever those name was there when they were read."""


if TYPE_CHECKING:
    Result = dg.MaterializeResult[Any]
else:
    # Dagster recognizes only the bare class as an asset's return type.
    Result = dg.MaterializeResult

Feeds = Mapping[str, Sequence[str]]
"""By an end's property path, the names of the properties that are translated from it."""


def raw_key(system: System, name: str) -> dg.AssetKey:
    """The key of what *system* says of *name*."""
    return dg.AssetKey([STAGE, f"{system}_{name}"])


def raw_asset(
    entity: Entity,
    *,
    doc: str,
    feeds: Feeds,
    shrink_limit: float = 0.2,
    referred_to: bool = False,
    counted: bool = False,
) -> dg.AssetsDefinition:
    """One asset: *entity* exactly as its end returns it, with the lines it keeps inside.

    *feeds* tells what its columns become. *referred_to* is true for look-ups, which are read after the records;
    *counted* where this read also tells whether the end's calls run short, which one a job does.
    """
    key = raw_key(entity.system, entity.name)
    # Only Salesforce describes its objects, and counts calls by the day.
    described = entity.system is System.SALESFORCE

    @dg.asset(
        key=key,
        group_name=STAGE,
        kinds={entity.system.value, "duckdb"},
        owners=OWNERS,
        pool=POOL,
        op_tags=_AFTER_RECORDS if referred_to else _PRIORITY,
        description=_description(entity, doc, f"Fetched from {entity.system.title} `{entity.resource}`."),
        metadata={"dagster/column_schema": _columns(entity, feeds), "resource": entity.resource},
        check_specs=[
            *([schema_spec(entity, key)] if described else []),
            *([budget_spec(entity.system, key)] if counted else []),
        ],
    )
    @discreet
    def _raw(session: dg.ResourceParam[Session], reading: Reading) -> Result:
        cost = Cost(session)
        limits = session.limits.get(entity.name)
        fetched = fetch(
            session, entity, full=reading.full, shrink_limit=limits.shrink_ratio if limits else shrink_limit
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": raw.live_count(session.db, entity),
                "read": fetched.read,
                "changed": fetched.changed,
                "unreadable": fetched.rejected,
                "read_everything": fetched.swept,
                **cost.metadata([entity.system]),
            },
            check_results=[
                *([schema_result(session, entity)] if described else []),
                *([budget_result(session, entity.system)] if counted else []),
            ],
        )

    return _raw


def nested_raw_asset(entity: Entity, *, doc: str, feeds: Feeds, document: EntityPair) -> dg.AssetsDefinition:
    """One asset: lines that their end keeps inside their *document* and that are read along with it."""

    @dg.asset(
        key=raw_key(entity.system, entity.name),
        deps=[raw_key(entity.system, document.name)],
        group_name=STAGE,
        kinds={entity.system.value, "duckdb"},
        owners=OWNERS,
        pool=POOL,
        op_tags=_PRIORITY,
        description=_description(
            entity, doc, f"Stored by {entity.system.title} inside `{document.resource(entity.system)}`, read with it."
        ),
        metadata={"dagster/column_schema": _columns(entity, feeds), "resource": entity.resource},
    )
    @discreet
    def _raw(session: dg.ResourceParam[Session]) -> Result:
        return dg.MaterializeResult(metadata={"dagster/row_count": raw.live_count(session.db, entity)})

    return _raw


def _description(entity: Entity, doc: str, origin: str) -> str:
    read = table(["Property", "JSON"], [(f"`{f.path}`", f.wire.value) for f in entity.fields])
    return f"{doc} {origin} Values are kept as the text the end sent.\n\n{read}"


_OWN_COLUMNS = {
    "_id": "The record's id on its end.",
    "_key": "Our key, if the record carries one: it was made for a record of the other end.",
    "_parent": "The document that a line belongs to.",
    "_stamp": "When the end last changed the record.",
    "_version": "What the end tells versions of the record apart by.",
    "_deleted": "Whether the end says that the record is deleted.",
}


def _columns(entity: Entity, feeds: Feeds) -> dg.TableSchema:
    """The columns as the store has them; each says what it is translated to."""
    fields = {field.path: field.wire.value for field in entity.fields}
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(dtype),
                description=_OWN_COLUMNS.get(name) or _field_text(name, fields[name], feeds.get(name, ())),
                constraints=dg.TableColumnConstraints(nullable=name not in {"_id", "_deleted"}, unique=name == "_id"),
            )
            for name, dtype in raw_schema(entity).items()
        ]
    )


def _field_text(path: str, wire: str, properties: Sequence[str]) -> str:
    to = " and ".join(f"`{name}`" for name in properties)
    return f"`{path}`, {wire} in JSON" + (f"; becomes {to}." if to else ".")
