"""A sample of linked records, compared on both ends: an asset of its own, which no sync waits for."""

from collections.abc import Mapping

import dagster as dg

from talk_assets.links.assets import links_key
from talk_assets.model.disclosure import discreet
from talk_assets.model.markdown import prose, table
from talk_assets.model.pair import EntityPair
from talk_assets.raw.assets import OWNERS, POOL, Result
from talk_assets.raw.calls import Cost
from talk_assets.session import Session
from talk_assets.verify.checks import rows_result, rows_spec
from talk_assets.verify.config import Sampling
from talk_assets.verify.passive import verify_sample
from talk_assets.verify.results import Outcome, Results

STAGE = "verify"
KEY = dg.AssetKey([STAGE, "linked_records"])
JOB = "verify"


def verification_asset(pairs: Mapping[str, EntityPair]) -> dg.AssetsDefinition:
    """The asset: a sample of each of *pairs*, read from both ends and compared property by property."""

    @dg.asset(
        key=KEY,
        deps=[links_key(name) for name in pairs],
        group_name=STAGE,
        kinds={"salesforce", "customerp", "polars"},
        owners=OWNERS,
        pool=POOL,
        description="A sample of linked records, read from both ends and compared by the rule of each property; "
        "nothing is written. No sync runs it: launch it by hand, by its job, or put it on a schedule. `talk verify` "
        "does the same, and with `--live` works through every row with probe records.",
        check_specs=[rows_spec(pair, KEY) for pair in pairs.values()],
    )
    @discreet
    def _verification(config: Sampling, session: dg.ResourceParam[Session]) -> Result:
        cost = Cost(session)
        found = verify_sample(session, None, most=config.sample)
        return dg.MaterializeResult(
            metadata={
                "rows": dg.MarkdownMetadataValue(_counted(found)),
                "failed_rows": found.counts()[Outcome.FAIL.value],
                "declarations": found.version,
                **cost.metadata([]),
            },
            check_results=[
                rows_result(found, pair, show=session.options.show_values) for pair in session.pairs.values()
            ],
        )

    return _verification


def verification_job() -> dg.JobDefinition:
    """The job that makes the asset; an unresolved one, as Dagster gives it."""
    return dg.define_asset_job(  # type: ignore[return-value]  # Dagster does not export the type
        JOB,
        selection=dg.AssetSelection.assets(KEY),
        description="Compare a sample of linked records on both ends, property by property; writes nothing.",
    )


def _counted(found: Results) -> str:
    rows = [
        (prose(name), *(f"{counts[outcome.value]:,}" for outcome in Outcome))
        for name, counts in found.by_pair().items()
    ]
    return table(["Pair", *(outcome.value.replace("_", " ") for outcome in Outcome)], rows)
