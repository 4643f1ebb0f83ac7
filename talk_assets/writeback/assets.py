"""The fifth stage as assets: saying it to the other end."""

import copy
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from talk_assets.changesets.assets import changes_key
from talk_assets.changesets.preview import changes_preview
from talk_assets.changesets.stage import reconcile_pair
from talk_assets.entities import lookups_written_with
from talk_assets.links.stage import match_pair
from talk_assets.mapped.describe import property_table
from talk_assets.model.changes import ChangeState, Tally
from talk_assets.model.disclosure import discreet
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.raw.assets import OWNERS, POOL, Result, raw_key
from talk_assets.raw.calls import Cost
from talk_assets.session import Session
from talk_assets.store import changes, quarantine
from talk_assets.writeback.checks import in_step_result, in_step_spec, references_result, references_spec
from talk_assets.writeback.config import Writing
from talk_assets.writeback.stage import apply_pair

STAGE = "writeback"


def writeback_key(system: System, name: str) -> dg.AssetKey:
    """The key of what *system* was told of the pair *name*."""
    return dg.AssetKey([STAGE, f"{system}_{name}"])


def writeback_asset(
    pair: EntityPair, system: System, pairs: Mapping[str, EntityPair], lookups: Mapping[str, Entity]
) -> dg.AssetsDefinition:
    """One asset: the *pair*'s changes sent to *system*.

    A document is written with the lines of a new one inside; its own write-back comes before its
    lines', and the statuses that lock lines go out after those.
    """
    document = None if pair.parent is None else pairs[pair.parent]
    lines = [one for one in pairs.values() if one.parent == pair.name]
    key = writeback_key(system, pair.name)
    refers = bool(pair.references)

    @dg.asset(
        key=key,
        deps=[
            *_before(pair, system, pairs, lines),
            *(
                raw_key(one.system, one.name)
                for one in (lookups[name] for name in lookups_written_with([pair, *lines]))
                if one.system is system
            ),
        ],
        group_name=STAGE,
        kinds={system.value, "duckdb"},
        owners=OWNERS,
        pool=POOL,
        op_tags={"dagster/priority": "10"},
        # A dry run writes nothing, so it materializes nothing here.
        output_required=False,
        description=f"{pair.doc} What {system.title} `{pair.resource(system)}` takes from {system.other.title}, sent "
        f"in batches, with a receipt for every record.\n\n{property_table(pair)}",
        check_specs=[in_step_spec(pair, system, key), *([references_spec(pair, system, key)] if refers else [])],
    )
    @discreet
    def _writeback(
        context: dg.AssetExecutionContext, session: dg.ResourceParam[Session], writing: Writing
    ) -> Iterator[Result | dg.AssetCheckResult]:
        if writing.dry_run:
            context.log.info("Dry run: nothing is written. The changesets show what would be.")
            yield in_step_result(session, pair, system, since=session.clock(), sample=0)
            if refers:
                yield references_result(session, pair, system)
            return
        started = session.clock()
        cost = Cost(session)
        before = copy.deepcopy(session.tallies)
        for one in (pair, *lines):
            match_pair(session, one)
            reconcile_pair(session, one)
        applied = apply_pair(session, pair, system)
        if document is not None:
            apply_pair(session, document, system, closing=True)
        waiting = changes.of(session.db, pair, system=system)
        yield dg.MaterializeResult(
            metadata={
                **_written(session, pair, system, before),
                "writes": applied.wrote,
                "left_for_the_next_run": applied.later,
                "held": changes.count(session.db, pair, ChangeState.HELD.value),
                "parked": changes.count(session.db, pair, ChangeState.PARKED.value),
                "quarantined": quarantine.count(session.db, pair.name),
                "waiting": dg.MarkdownMetadataValue(
                    changes_preview(waiting, show=session.options.show_values, addresses=session.addresses)
                ),
                **cost.metadata(),
            },
            check_results=[
                in_step_result(session, pair, system, since=started, sample=writing.sample),
                *([references_result(session, pair, system)] if refers else []),
            ],
        )

    return _writeback


def _before(
    pair: EntityPair, system: System, pairs: Mapping[str, EntityPair], lines: Sequence[EntityPair]
) -> list[dg.AssetKey]:
    """What must be decided or written first: the plan, and what the written records refer to."""
    plans = [changes_key(one.name) for one in (pair, *lines)]
    if pair.parent is not None:
        return plans + [writeback_key(end, pair.parent) for end in System]
    referred = {p.reference for one in (pair, *lines) for p in one.references}
    return plans + [writeback_key(system, name) for name in pairs if name in referred and name != pair.name]


def _written(session: Session, pair: EntityPair, system: System, before: Mapping[str, Tally]) -> dict[str, int]:
    """What was created, updated and deleted, here and, by name, on a document or lines written along."""
    counts: dict[str, int] = {}
    for name, tally in session.tallies.items():
        was = before.get(name, Tally())
        for kind in ("created", "updated", "deleted"):
            count = getattr(tally, kind)[system] - getattr(was, kind)[system]
            if name == pair.name:
                counts[kind] = count
            elif count:
                counts[f"{name}_{kind}"] = count
    return {"created": 0, "updated": 0, "deleted": 0} | counts
