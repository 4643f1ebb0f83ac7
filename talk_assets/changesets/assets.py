"""The fourth stage as assets: what must change where, to be read before it is written."""

from collections.abc import Mapping

import dagster as dg
import polars as pl

from talk_assets.changesets.checks import guard_result, guard_spec, totals_result, totals_spec
from talk_assets.changesets.preview import changes_preview, conflicts_preview
from talk_assets.changesets.stage import reconcile_pair
from talk_assets.links.assets import links_key
from talk_assets.mapped.assets import mapped_key
from talk_assets.mapped.describe import property_table
from talk_assets.model.changes import ChangeState, Op
from talk_assets.model.disclosure import discreet
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.raw.assets import OWNERS, POOL, Result
from talk_assets.raw.calls import Cost
from talk_assets.session import Session
from talk_assets.store import changes, quarantine, reviews
from talk_assets.store.tables import CHANGE_SCHEMA

STAGE = "changesets"


def changes_key(name: str) -> dg.AssetKey:
    """The key of the pair *name*'s changeset."""
    return dg.AssetKey([STAGE, name])


def changes_asset(pair: EntityPair, pairs: Mapping[str, EntityPair]) -> dg.AssetsDefinition:
    """One asset: the *pair*'s changeset, guarded, with a preview."""
    key = changes_key(pair.name)
    document = None if pair.parent is None else pairs[pair.parent]
    lines = [one for one in pairs.values() if one.parent == pair.name]
    referred = {p.reference for p in pair.references if p.reference != pair.name}
    specs = [guard_spec(pair, key)]
    deps = [links_key(pair.name), *(links_key(name) for name in pairs if name in referred)]
    # A document is created whole, so a line that cannot be holds its document back.
    deps += [mapped_key(system, line.name) for line in lines for system in System]
    if document is not None:
        specs.append(totals_spec(document, key))
        deps.append(changes_key(document.name))

    @dg.asset(
        key=key,
        deps=deps,
        group_name=STAGE,
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        op_tags={"dagster/priority": "20"},
        description=f"{pair.doc} What each end must take from the other, decided property by property against what "
        f"both last agreed on.\n\n{property_table(pair)}",
        metadata={"dagster/column_schema": _columns()},
        check_specs=specs,
    )
    @discreet
    def _changes(session: dg.ResourceParam[Session]) -> Result:
        cost = Cost(session)
        done = reconcile_pair(session, pair)
        results = [guard_result(session, pair)]
        if document is not None:
            results.append(totals_result(session, document, pair))
        found = changes.of(session.db, pair)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": found.height,
                "changes": dg.MarkdownMetadataValue(
                    changes_preview(found, show=session.options.show_values, addresses=session.addresses)
                ),
                "conflicts": dg.MarkdownMetadataValue(conflicts_preview(session, pair)),
                "examined": done.examined,
                "new_conflicts": done.conflicts,
                **_counts(found),
                "review": reviews.count(session.db, pair),
                "quarantined": quarantine.count(session.db, pair.name),
                **cost.metadata([]),
            },
            check_results=results,
        )

    return _changes


_COLUMNS = {
    "system": "The end that must take it.",
    "op": "`create`, `update` or `delete`.",
    "link_id": "The link of the two records; none yet of one that is to be made.",
    "origin_id": "The other end's record that it comes from.",
    "record_id": "The record that takes it.",
    "property": "The property; none where it is about the whole record.",
    "old": "The value there now.",
    "new": "The value to be written.",
    "state": "`pending` may be written, `held` by a rule, `parked` until something is there, `conflict` for a person.",
    "reason": "Why it is not written, and what to do.",
    "waits_pair": "What a parked change waits for: the pair,",
    "waits_id": "and the record of the other end.",
}


def _columns() -> dg.TableSchema:
    required = {"system", "op", "origin_id", "state"}
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(CHANGE_SCHEMA[name]),
                description=text,
                constraints=dg.TableColumnConstraints(nullable=name not in required),
            )
            for name, text in _COLUMNS.items()
        ]
    )


def _counts(found: pl.DataFrame) -> dict[str, int]:
    """Records, not properties: pending ones by direction and kind, waiting ones by why."""
    records = found.select("system", "op", "state", pl.coalesce("link_id", "origin_id").alias("record")).unique()
    pending = records.filter(pl.col("state") == ChangeState.PENDING.value)
    counts = {
        f"to_{system}_{op}": pending.filter((pl.col("system") == system.value) & (pl.col("op") == op.value)).height
        for system in System
        for op in Op
    }
    waiting = [state for state in ChangeState if state not in {ChangeState.PENDING, ChangeState.REVIEW}]
    return counts | {state.value: records.filter(pl.col("state") == state.value).height for state in waiting}
