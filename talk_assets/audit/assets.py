"""The audit as assets, one a pair: a job of their own, run each night after everything was read whole."""

import dagster as dg

from talk_assets.audit.checks import audit_specs, counterparts_result, fresh_result, no_drift_result
from talk_assets.audit.compare import audit_pair
from talk_assets.audit.tables import causes_table, examples_table, properties_table
from talk_assets.model.disclosure import discreet
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.raw.assets import OWNERS, POOL, Result
from talk_assets.raw.calls import Cost
from talk_assets.session import Session
from talk_assets.writeback.assets import writeback_key

STAGE = "audit"


def audit_key(name: str) -> dg.AssetKey:
    """The key of the pair *name*'s audit."""
    return dg.AssetKey([STAGE, name])


def audit_asset(pair: EntityPair) -> dg.AssetsDefinition:
    """One asset: how all of *pair*'s records stand, and why those that are not in step are not."""
    key = audit_key(pair.name)

    @dg.asset(
        key=key,
        deps=[writeback_key(system, pair.name) for system in System],
        group_name=STAGE,
        kinds={"duckdb", "report"},
        owners=OWNERS,
        pool=POOL,
        op_tags={"dagster/priority": "5"},
        description=f"{pair.doc} Every linked record compared between the ends as they were last read, and every "
        "record that stands alone: in step, or apart with its cause, by pair and by property. It asks no end and "
        "writes nothing.",
        check_specs=audit_specs(pair, key),
    )
    @discreet
    def _audit(session: dg.ResourceParam[Session]) -> Result:
        cost = Cost(session)
        found = audit_pair(session, pair)
        return dg.MaterializeResult(
            metadata={
                "linked": found.linked,
                "in_step": found.in_step,
                "drifted": sum(found.drifted.values()),
                **{f"only_in_{system}": sum(found.alone[system].values()) for system in System},
                "unexplained": found.unexplained,
                "causes": dg.MarkdownMetadataValue(causes_table(found)),
                "properties": dg.MarkdownMetadataValue(properties_table(found)),
                "records": dg.MarkdownMetadataValue(
                    examples_table(found, show=session.options.show_values, addresses=session.addresses)
                ),
                "json": dg.JsonMetadataValue(found.as_json()),
                **cost.metadata([]),
            },
            check_results=[
                fresh_result(session, pair),
                no_drift_result(session, found),
                counterparts_result(session, found),
            ],
        )

    return _audit
