"""The second stage as assets: both ends in one shape, held to their contracts."""

from collections.abc import Sequence

import dagster as dg

from talk_assets.mapped.checks import (
    contract_result,
    contract_spec,
    known_codes,
    known_values_result,
    known_values_spec,
    rate_result,
    rate_spec,
    shown_result,
    shown_spec,
)
from talk_assets.mapped.contract import contract_for
from talk_assets.mapped.describe import READ_FROM, column_text, property_table
from talk_assets.mapped.stage import translate_pair
from talk_assets.model.disclosure import discreet
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.raw.assets import OWNERS, POOL, Result, raw_key
from talk_assets.raw.calls import Cost
from talk_assets.session import Session
from talk_assets.store.checks import mapped_count

STAGE = "mapped"


def mapped_key(system: System, name: str) -> dg.AssetKey:
    """The key of the pair *name*'s translated rows of *system*."""
    return dg.AssetKey([STAGE, f"{system}_{name}"])


def mapped_asset(pair: EntityPair, system: System, *, lookups: Sequence[Entity] = ()) -> dg.AssetsDefinition:
    """One asset: the *pair*'s rows of *system* in the shape both ends share; *lookups* are read along."""
    key = mapped_key(system, pair.name)
    listed = bool(known_codes(pair, system))
    # What Salesforce describes is compared with the declarations when it is read; of others only the records tell.
    described = system is System.SALESFORCE

    @dg.asset(
        key=key,
        deps=[raw_key(system, pair.name), *(raw_key(one.system, one.name) for one in lookups if one.system is system)],
        group_name=STAGE,
        kinds={system.value, "polars", "pandera"},
        owners=OWNERS,
        pool=POOL,
        op_tags={"dagster/priority": "40"},
        description=f"{pair.doc} Translated from {system.title} `{pair.resource(system)}`.\n\n{property_table(pair)}",
        metadata={
            "dagster/column_schema": _columns(pair, system),
            "dagster/column_lineage": _lineage(pair, system, lookups),
        },
        check_specs=[
            contract_spec(pair, system, key),
            rate_spec(pair, system, key),
            *([known_values_spec(pair, system, key)] if listed else []),
            *([] if described else [shown_spec(pair, system, key)]),
        ],
    )
    @discreet
    def _mapped(session: dg.ResourceParam[Session]) -> Result:
        cost = Cost(session)
        done = translate_pair(session, pair, system)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": mapped_count(session.db, pair, system),
                "examined": done.examined,
                "moved": done.moved,
                **cost.metadata([]),
            },
            check_results=[
                contract_result(session, pair, system),
                rate_result(session, pair, system),
                *([known_values_result(session, pair, system)] if listed else []),
                *([] if described else [shown_result(session, pair, system)]),
            ],
        )

    return _mapped


def _columns(pair: EntityPair, system: System) -> dg.TableSchema:
    """The contract's columns, as the catalogue shows them."""
    contract = contract_for(pair, system)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(pair.by_name[name].dtype) if name in pair.by_name else "String",
                description=column_text(pair.by_name[name], system) if name in pair.by_name else "The record's id.",
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=name == "_id", other=[str(check.error) for check in column.checks]
                ),
            )
            for name, column in contract.columns.items()
            if name == "_id" or name in pair.by_name
        ]
    )


def _lineage(pair: EntityPair, system: System, lookups: Sequence[Entity]) -> dg.TableColumnLineage:
    """Which columns of what the end says each property is translated from."""
    own = raw_key(system, pair.name)
    read = {one.name: raw_key(one.system, one.name) for one in lookups if one.system is system}
    sources: dict[str, list[dg.TableColumnDep]] = {"_id": [dg.TableColumnDep(asset_key=own, column_name="_id")]}
    for p in pair.properties:
        side = p.side(system)
        elsewhere = READ_FROM.get(side.through) if side.through else None
        paths = [] if side.through is Through.PRICEBOOK_ENTRY_PRICE else [side.path]
        paths += [pair.by_name[p.beside].side(system).path] if p.beside else []
        deps = [dg.TableColumnDep(asset_key=own, column_name=path) for path in dict.fromkeys(paths)]
        if elsewhere is not None and elsewhere[0] in read:
            deps.append(dg.TableColumnDep(asset_key=read[elsewhere[0]], column_name=elsewhere[1]))
        sources[p.name] = deps
    return dg.TableColumnLineage(deps_by_column=sources)
