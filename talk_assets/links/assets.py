"""The third stage as assets: which record here is which there."""

from collections.abc import Mapping

import dagster as dg

from talk_assets.links.checks import one_to_one_result, one_to_one_spec
from talk_assets.links.stage import match_pair
from talk_assets.mapped.assets import mapped_key
from talk_assets.model.disclosure import discreet
from talk_assets.model.markdown import record, table, told, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.raw.assets import OWNERS, POOL, Result
from talk_assets.raw.calls import Cost
from talk_assets.session import Session
from talk_assets.store import links, reviews
from talk_assets.store.tables import LINK_SCHEMA

STAGE = "links"
_SHOWN = 50


def links_key(name: str) -> dg.AssetKey:
    """The key of the pair *name*'s links."""
    return dg.AssetKey([STAGE, name])


def links_asset(pair: EntityPair, pairs: Mapping[str, EntityPair]) -> dg.AssetsDefinition:
    """One asset: the *pair*'s links, and what is ambiguous and waits for a person."""
    key = links_key(pair.name)
    matched_on = {pair.by_name[name].reference for match in pair.match for name in match.properties}
    if pair.parent is not None:
        matched_on |= {pair.parent} | {p.reference for p in pair.references}
    before = [name for name in pairs if name in matched_on and name != pair.name]

    @dg.asset(
        key=key,
        deps=[*(mapped_key(system, pair.name) for system in System), *map(links_key, before)],
        group_name=STAGE,
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        op_tags={"dagster/priority": "30"},
        description=_description(pair),
        metadata={"dagster/column_schema": _columns()},
        check_specs=[one_to_one_spec(pair, key)],
    )
    @discreet
    def _links(session: dg.ResourceParam[Session]) -> Result:
        cost = Cost(session)
        done = match_pair(session, pair)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": links.count(session.db, pair),
                "linked": done.linked,
                "merged": done.merged,
                "review": done.review,
                "in_review": dg.MarkdownMetadataValue(_reviews(session, pair)),
                **cost.metadata([]),
            },
            check_results=[one_to_one_result(session, pair)],
        )

    return _links


_COLUMNS = {
    "link_id": "The link's own id.",
    "salesforce_id": "The record's id in Salesforce.",
    "customerp_id": "The record's id in Customerp.",
    "rule": "How it was found: `created`, `key`, the match key's properties, `by hand`.",
    "state": "`live`, or which of the two records is deleted, restored or merged.",
    "fresh": "Whether both records still wait to be reconciled for the first time.",
    "doubtful": "Whether what both last agreed on may be older than the truth, as after the store went back in time.",
    "made_at": "When it was made.",
}


def _columns() -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(LINK_SCHEMA[name]),
                description=text,
                constraints=dg.TableColumnConstraints(nullable=False, unique=name.endswith("_id")),
            )
            for name, text in _COLUMNS.items()
        ]
    )


def _description(pair: EntityPair) -> str:
    steps = ["the key that each end stores of its counterpart"]
    if pair.parent is not None:
        steps.append(f"the product, where it occurs once on both ends of a matched {pair.parent}")
    steps += [" + ".join(f"`{name}`" for name in key.properties) for key in pair.match]
    order = "\n".join(f"{i}. {step}" for i, step in enumerate(steps, start=1))
    return (
        f"{pair.doc} Which Salesforce `{pair.salesforce}` is which Customerp `{pair.customerp}`, found by:\n\n"
        f"{order}\n\nExactly one candidate on each end is linked. Several are never guessed: they wait for a person."
    )


def _reviews(session: Session, pair: EntityPair) -> str:
    found = reviews.waiting(session.db, pair.name).head(_SHOWN)
    return table(
        ["End", "Record", "Rule", "Shared value", "Salesforce candidates", "Customerp candidates"],
        [
            (
                r["system"].title(),
                record(r["record_id"], session.addresses, r["system"]),
                verbatim(r["rule"]),
                told(r["key"], show=session.options.show_values),
                verbatim(r["salesforce_ids"]),
                verbatim(r["customerp_ids"]),
            )
            for r in found.iter_rows(named=True)
        ],
    )
