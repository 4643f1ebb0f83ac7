"""Gathers the data-quality report from the store; asks no end."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from talk_assets.model.disclosure import redacted, without_values
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.reports.quality.figures import STATES, Cause, Figures, Held, PairFigures, RunFigures, Written
from talk_assets.reports.quality.steps import delay, steps_of, waiting_in, width_of
from talk_assets.store import mapped, runs
from talk_assets.store.database import Database
from talk_assets.store.waiting import unsettled

LISTED = 1000
"""Things that wait that a report lists one by one: the oldest."""
_RUNS = 100
_CAUSES = 15
_PARTICULAR = re.compile(r"\b(?=\w*\d)[0-9A-Za-z]{15,18}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""Ids: what makes two reasons differ that are one."""


def gather(
    db: Database, pairs: Sequence[EntityPair], *, now: datetime, period: timedelta, show: bool = False
) -> Figures:
    """Return the figures of *pairs* at *now*, and their history of *period*; values of records only with *show*."""
    since = now - period
    of_runs = runs.runs(db, since=since)
    of_pairs = runs.pairs_of_runs(db, since=since)
    began = of_runs["started"].min()
    width = width_of(now - began if isinstance(began, datetime) else period)
    steps = steps_of(of_runs, of_pairs, width=width)
    held, count = _held(db, pairs, show=show)
    latest = of_runs.filter(pl.col("salesforce_calls_left").is_not_null()).head(1).to_dicts()
    return Figures(
        generated=now,
        since=since,
        tenants=db.belongs_to(),
        pairs=tuple(_pair(db, pair, of_pairs.filter(pl.col("pair") == pair.name), width) for pair in pairs),
        held=held[:LISTED],
        held_count=count,
        oldest=next((one for one in held if one.since is not None), None),
        causes=_causes(held, by_property=False),
        properties=_causes(held, by_property=True),
        steps=steps,
        delays={system: delay(of_pairs, system) for system in System},
        calls={system: int(of_runs[f"{system}_calls"].sum()) for system in System},
        calls_left=latest[0]["salesforce_calls_left"] if latest else None,
        allowance=latest[0]["salesforce_allowance"] if latest else None,
        runs=_runs(of_runs.head(_RUNS), of_pairs),
        run_count=of_runs.height + int(of_runs["quiet"].sum()),
        failed_runs=of_runs.filter(pl.col("outcome") != runs.DONE).height,
        last_run=db_time(of_runs["last_ended"].max()),
    )


def db_time(value: object) -> datetime | None:
    """*value* if it is a time."""
    return value if isinstance(value, datetime) else None


def _pair(db: Database, pair: EntityPair, history: pl.DataFrame, width: timedelta) -> PairFigures:
    now = runs.standing(db, pair)
    postponed = history["postponed"].to_list()
    waiting = {state: now["undecided" if state == "conflict" else state] for state in STATES if state != "postponed"}
    return PairFigures(
        name=pair.name,
        doc=pair.doc,
        linked=now["linked"],
        in_step=now["in_step"],
        waiting=waiting | {"postponed": int(postponed[-1]) if postponed else 0},
        written={
            system: Written(
                **{kind: int(history[f"{system}_{kind}"].sum() or 0) for kind in ("created", "updated", "deleted")}
            )
            for system in System
        },
        trend=waiting_in(history, width=width),
    )


def _held(db: Database, pairs: Sequence[EntityPair], *, show: bool) -> tuple[tuple[Held, ...], int]:
    """Everything that waits, the oldest first, and how much it is."""
    found = unsettled(db, pairs).filter(pl.col("id").is_not_null())
    stamps = _stamps(db, pairs, found)
    rows = [
        Held(
            pair=row["pair"],
            system=System(row["system"]) if row["system"] else None,
            record=row["id"] or None,
            property=row["property"],
            state=row["state"],
            reason=_said(row, show=show),
            since=row["since"] or stamps.get((row["pair"], row["system"], row["id"])),
            attempts=row["attempts"],
        )
        for row in found.iter_rows(named=True)
    ]
    rows.sort(key=lambda one: (one.since is None, one.since, one.pair, one.record or "", one.property or ""))
    return tuple(rows), len(rows)


def _said(row: Mapping[str, str | None], *, show: bool) -> str:
    reason = row["reason"] or ""
    return redacted(reason) if show else without_values(reason, row["value"], row["old"], row["new"])


def _stamps(db: Database, pairs: Iterable[EntityPair], found: pl.DataFrame) -> dict[tuple[str, str, str], datetime]:
    """When records were edited last that something waits of."""
    stamps: dict[tuple[str, str, str], datetime] = {}
    for pair in pairs:
        for system in System:
            of_end = (pl.col("pair") == pair.name) & (pl.col("system") == system.value) & pl.col("since").is_null()
            ids = found.filter(of_end)["id"].unique().to_list()
            if ids:
                rows = mapped.by_id(db, pair, system, ids).select("_id", "_stamp")
                stamps |= {(pair.name, system.value, record): stamp for record, stamp in rows.iter_rows()}
    return stamps


def _causes(held: Iterable[Held], *, by_property: bool) -> tuple[Cause, ...]:
    """What most records wait for: by pair, property and reason, or by pair and property alone."""
    records: dict[tuple[str, str | None, str, str], set[str]] = defaultdict(set)
    for one in held:
        if by_property and one.property is None:
            continue
        reason = "" if by_property else _general(one)
        state = one.state if not by_property else ""
        records[one.pair, one.property, state, reason].add(one.record or "")
    states: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for one in held:
        states[one.pair, one.property][one.state] += 1
    largest = sorted(records.items(), key=lambda item: (-len(item[1]), str(item[0])))
    return tuple(
        Cause(
            pair=pair,
            property=name,
            state=state or ", ".join(STATES.get(one, one) for one, _ in states[pair, name].most_common()),
            reason=reason,
            records=len(ids),
            example=min(ids) or None,
        )
        for (pair, name, state, reason), ids in largest[:_CAUSES]
    )


def _general(one: Held) -> str:
    """The reason without what is particular to the record."""
    reason = one.reason if one.record is None else re.sub(rf"\b{re.escape(one.record)}\b", "…", one.reason)
    kinds = "|".join([re.escape(one.pair), *(system.title for system in System)])
    reason = re.sub(rf"\b({kinds}) (?=\S*\d)[^\s,;.:)]+", r"\1 …", reason)
    return _PARTICULAR.sub("…", reason)


def _runs(latest: pl.DataFrame, of_pairs: pl.DataFrame) -> tuple[RunFigures, ...]:
    kinds = ("created", "updated", "deleted")
    written = of_pairs.group_by("run_id").agg(
        pl.sum_horizontal([pl.col(f"{system}_{kind}").fill_null(0) for kind in kinds]).sum().alias(system.value)
        for system in System
    )
    found = latest.join(written, on="run_id", how="left").sort("started", descending=True)
    return tuple(
        RunFigures(
            started=row["started"],
            seconds=(row["ended"] - row["started"]).total_seconds(),
            job=row["job"],
            kind=row["kind"],
            outcome=row["outcome"],
            written={system: row[system.value] or 0 for system in System},
            calls={system: row[f"{system}_calls"] for system in System},
            quiet=row["quiet"],
        )
        for row in found.iter_rows(named=True)
    )
