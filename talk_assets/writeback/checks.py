"""What a write-back promises, as asset checks: references lead somewhere, and what was written is there."""

from datetime import datetime

import dagster as dg
import polars as pl

from talk_assets.changesets.drift import Cause, drift
from talk_assets.model.disclosure import without_values
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.markdown import reason, record, table, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.store import audit, mapped
from talk_assets.store.checks import waiting_for_references, written_since
from talk_assets.store.past import How
from talk_assets.writeback.receipts import keep_stored

REFERENCES = "references_resolved"
IN_STEP = "in_step"
_SHOWN = 50
_SUSPECT = (Cause.UNKNOWN.value, Cause.NOT_COMPARED.value)


def references_spec(pair: EntityPair, system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks: what waits is released by itself."""
    names = ", ".join(f"`{p.name}`" for p in pair.references)
    return dg.AssetCheckSpec(
        name=REFERENCES,
        asset=asset,
        description=f"Whatever a {pair.name} of {system.other.title} refers to ({names}) has a counterpart in "
        f"{system.title}, or was given one in this run.",
    )


def references_result(session: Session, pair: EntityPair, system: System) -> dg.AssetCheckResult:
    """Return whether changes still wait for a record they refer to, and for which."""
    found = waiting_for_references(session.db, pair, system)
    show = session.options.show_values
    rows = [
        (
            record(row["origin_id"], session.addresses, system.other),
            verbatim(row["property"]),
            verbatim(row["waits_pair"]),
            record(row["waits_id"], session.addresses, system.other),
            reason(row["reason"] or "", show=show),
        )
        for row in found.head(_SHOWN).iter_rows(named=True)
    ]
    records = found["origin_id"].n_unique()
    return dg.AssetCheckResult(
        check_name=REFERENCES,
        passed=found.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{records:,} {pair.name} records of {system.other.title} wait for what they refer to. They go on "
        "by themselves once that is there: see why it is held back (`talk held`, `talk review`), or refer to another."
        if records
        else None,
        metadata={
            "waiting": records,
            "references": dg.MarkdownMetadataValue(
                table([f"In {system.other.title}", "Property", "Waits for", "Record", "Why"], rows)
            ),
        },
    )


def in_step_spec(pair: EntityPair, system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks: the next run brings whatever moved across."""
    return dg.AssetCheckSpec(
        name=IN_STEP,
        asset=asset,
        description=f"Some of the {pair.name} records that this run wrote, read again from {system.title}, hold what "
        f"the records of {system.other.title} do. A run that wrote nothing reads nothing. The audit compares all.",
    )


def in_step_result(
    session: Session, pair: EntityPair, system: System, *, since: datetime, sample: int
) -> dg.AssetCheckResult:
    """Read at most *sample* of the records written at *since* or later again, and compare them with the other end."""
    ids = written_since(session.db, pair, system, since, limit=sample) if sample else []
    if not ids:
        return _result(session, system, sampled=0, found=None, show=False)
    try:
        _read_again(session, pair, system, ids)
    except (PeerUnavailableError, PeerAnswerError) as error:
        told = without_values(str(error))
        return _result(session, system, sampled=0, found=None, show=False, failure=told)
    parts = list(drift(session, pair, audit.differing(session.db, pair, session.pairs, of=(system, ids))))
    found = pl.concat(parts).filter(pl.col("cause").is_in(_SUSPECT)) if parts else None
    return _result(session, system, sampled=len(ids), found=found, show=session.options.show_values)


def _read_again(session: Session, pair: EntityPair, system: System, ids: list[str]) -> None:
    """Keep the records *ids* as they are now, as a fetch would; lines inside a document are read with it."""
    entity: Entity = session.entity(pair, system)
    parent = session.parent(pair)
    if parent is not None and system is System.CUSTOMERP:
        entity = session.entity(parent, system)
        ids = mapped.by_id(session.db, pair, system, ids)["_parent"].drop_nulls().unique().sort().to_list()
    page = session.ends[system].read(entity, ids=ids)
    with session.db.transaction():
        keep_stored(session, pair, system, page, How.CHECK)


def _result(
    session: Session,
    system: System,
    *,
    sampled: int,
    found: pl.DataFrame | None,
    show: bool,
    failure: str | None = None,
) -> dg.AssetCheckResult:
    rows = [] if found is None else found.head(_SHOWN).to_dicts()
    records = 0 if found is None else found["link_id"].n_unique()
    description = (
        None if failure is None else f"Nothing was read again: {failure} What was written is recorded all the same."
    )
    if records:
        description = (
            f"{records:,} of {sampled:,} records hold something else than what was just written. If somebody edited "
            f"them since, the next run brings that across. If it happens again and again, something in {system.title} "
            "changes what it is sent (a workflow, a trigger, a rule): find it by the properties below."
        )
    return dg.AssetCheckResult(
        check_name=IN_STEP,
        passed=not records and failure is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
        metadata={
            "read_again": sampled,
            "differing": records,
            "records": dg.MarkdownMetadataValue(
                table(
                    ["Salesforce", "Customerp", "Property", "Why"],
                    [
                        (
                            *(record(row[f"{end}_id"], session.addresses, end) for end in System),
                            verbatim(row["property"]),
                            reason(row["reason"] or Cause(row["cause"]).words, show=show),
                        )
                        for row in rows
                    ],
                )
            ),
        },
    )
