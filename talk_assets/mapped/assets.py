"""The second stage as assets: both ends in one shape, held to their contracts."""

from collections.abc import Sequence

import dagster as dg

from talk_assets.mapped.checks import contract_result, contract_spec
from talk_assets.mapped.contract import contract_for
from talk_assets.mapped.describe import property_table
from talk_assets.mapped.stage import translate_pair
from talk_assets.model.disclosure import discreet
from talk_assets.model.pair import EntityPair
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

    @dg.asset(
        key=key,
        deps=[raw_key(system, pair.name), *(raw_key(one.system, one.name) for one in lookups if one.system is system)],
        group_name=STAGE,
        kinds={system.value, "polars", "pandera"},
        owners=OWNERS,
        pool=POOL,
        op_tags={"dagster/priority": "40"},
        description=f"{pair.doc} Translated from {system.title} `{pair.resource(system)}`.\n\n{property_table(pair)}",
        metadata={"dagster/column_schema": _columns(pair, system)},
        check_specs=[contract_spec(pair, system, key)],
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
            check_results=[contract_result(session, pair, system)],
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
                description=column.description,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, other=[str(check.error) for check in column.checks]
                ),
            )
            for name, column in contract.columns.items()
            if name == "_id" or name in pair.by_name
        ]
    )
