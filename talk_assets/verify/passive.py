"""Compare a sample of linked records as both ends hold them now; nothing is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.fingerprint import fingerprint
from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, links, mapped, quarantine
from talk_assets.store.references import to_links
from talk_assets.store.tables import UNSHOWN, is_unshown
from talk_assets.verify.reading import as_text, read
from talk_assets.verify.results import Finding, Item, Operation, Outcome, Results

Say = Callable[[str], None]
_CHUNK = 500
"""Records read and compared at a time."""


def chosen(pairs: Mapping[str, EntityPair], names: Sequence[str] | None) -> list[EntityPair]:
    """The pairs to verify, in run order: those named (all if None), lines with their documents and the other way.

    Raises:
        ConfigurationError: a name is no pair.
    """
    wanted = set(names or pairs)
    unknown = sorted(wanted - set(pairs))
    if unknown:
        raise ConfigurationError(
            f"There is no pair named {', '.join(unknown)}. Nothing was read or written. "
            f"The pairs are: {', '.join(pairs)}."
        )
    wanted |= {str(pairs[name].parent) for name in wanted if pairs[name].parent}
    return [p for p in pairs.values() if p.name in wanted or p.parent in wanted]


def verify_sample(session: Session, names: Sequence[str] | None, *, most: int, say: Say = lambda _: None) -> Results:
    """Compare at most *most* linked records of each of the pairs *names* (None: all), drawn anew each time.

    What the sync has yet to bring across, or holds back, counts as waiting and not as a difference.
    """
    started = session.clock()
    findings: list[Finding] = []
    for pair in chosen(session.pairs, names):
        say(f"comparing {pair.name}")
        findings += _compared(session, pair, links.drawn(session.db, pair, most, draw=started.isoformat()))
    return Results(
        live=False,
        tag=None,
        version=fingerprint(list(session.pairs.values())),
        started=started,
        seconds=(session.clock() - started).total_seconds(),
        findings=tuple(findings),
    )


@dataclass(kw_only=True)
class _Tally:
    """Of one property: records compared, those that wait, those that differ, and the first of these."""

    compared: int = 0
    waiting: int = 0
    differing: int = 0
    unshown: int = 0
    first: Mapping[str, object] | None = None


def _compared(session: Session, pair: EntityPair, drawn: pl.DataFrame) -> list[Finding]:
    tallies = {p.name: _Tally() for p in pair.properties}
    gone = 0
    for part in drawn.iter_slices(_CHUNK):
        rows = _side_by_side(session, pair, part)
        gone += part.height - rows.height
        open_links = _open(session, pair, part)
        for p in pair.properties:
            if not p.derived:
                _count(p, rows, open_links, tallies[p.name])
    return [_finding(pair, p, tallies[p.name], gone, at=session.clock()) for p in pair.properties]


def _side_by_side(session: Session, pair: EntityPair, part: pl.DataFrame) -> pl.DataFrame:
    """Both ends' records of the links *part*, those that both still show: columns end:property, moved."""
    joined = part.select("link_id", "salesforce_id", "customerp_id")
    for system in System:
        ids = part[f"{system}_id"].to_list()
        known = mapped.by_id(session.db, pair, system, ids)
        parents = dict(known.select("_id", "_parent").iter_rows())
        rows = read(session, pair, system, {one: parents.get(one) for one in ids}).rows
        given = rows
        rows = to_links(session.db, pair, session.pairs, system, rows)
        # What has no link is told by its own id, which equals nothing on the other end.
        rows = rows.with_columns(pl.coalesce(p.name, given[p.name]).alias(p.name) for p in pair.references)
        rows = rows.join(known.select("_id", was="_version"), on="_id", how="left")
        named = rows.select(
            pl.col("_id").alias(f"{system}_id"),
            pl.col("_version").ne_missing(pl.col("was")).alias(f"{system}:moved"),
            pl.col(UNSHOWN).alias(f"{system}:unshown"),
            *(pl.col(p.name).alias(f"{system}:{p.name}") for p in pair.properties),
        )
        joined = joined.join(named, on=f"{system}_id", how="inner", maintain_order="left")
    return joined


def _open(session: Session, pair: EntityPair, part: pl.DataFrame) -> pl.DataFrame:
    """What of the links waits: columns `link_id, property`, the latter null for the whole record."""
    standing = changes.of(session.db, pair).select("link_id", "property").filter(pl.col("link_id").is_not_null())
    stopped = quarantine.entries(session.db, pair.name).select(id="record_id", property="property")
    parts = [standing.filter(pl.col("link_id").is_in(part["link_id"].to_list()))]
    for system in System:
        own = part.select("link_id", id=f"{system}_id").join(stopped, on="id", how="inner")
        parts.append(own.select("link_id", pl.lit(None, dtype=pl.String).alias("property")))
    return pl.concat(parts)


def _count(p: Property, rows: pl.DataFrame, waits: pl.DataFrame, tally: _Tally) -> None:
    here, there = (f"{system}:{p.name}" for system in System)
    hidden = pl.any_horizontal(is_unshown(f"{system}:unshown", p.name) for system in System).fill_null(value=False)
    tally.unshown += rows.filter(hidden).height
    shown = rows.filter(~hidden)
    tally.compared += shown.height
    # References are links here, which are equal only to themselves.
    one, other = (pl.col(column) if p.reference else p.fold(pl.col(column)) for column in (here, there))
    differing = shown.filter(one.ne_missing(other))
    held = waits.filter(pl.col("property").is_null() | (pl.col("property") == p.name))["link_id"].to_list()
    waiting = pl.col("link_id").is_in(held) | pl.col("salesforce:moved") | pl.col("customerp:moved")
    tally.waiting += differing.filter(waiting).height
    left = differing.filter(~waiting)
    tally.differing += left.height
    if left.height and tally.first is None:
        first = left.row(0, named=True)
        tally.first = {"here": first[here], "there": first[there]} | {s: first[f"{s}_id"] for s in System}


def _finding(pair: EntityPair, p: Property, tally: _Tally, gone: int, *, at: datetime) -> Finding:
    item = Item(pair=pair.name, property=p.name, origin=System.SALESFORCE, operation=Operation.COMPARE)
    reason: str | None = None
    first = tally.first or {}
    outcome = Outcome.PASS
    if tally.differing:
        outcome, reason = Outcome.FAIL, f"{tally.differing:,} of {tally.compared:,} records differ; the first is shown"
    elif p.derived:
        outcome, reason = Outcome.NOT_TESTABLE, "derived: each end works it out by itself"
    elif tally.compared == 0:
        unseen = "an end does not show it" if tally.unshown else "no linked record was found on both ends"
        outcome, reason = Outcome.NOT_TESTABLE, unseen if tally.unshown or not gone else "the records are gone"
    elif tally.waiting:
        reason = f"{tally.waiting:,} records wait: edited since the last sync, or held back by it"
        outcome = Outcome.NOT_TESTABLE if tally.waiting == tally.compared else Outcome.PASS
    return Finding(
        item=item,
        outcome=outcome,
        reason=reason,
        expected=as_text(first.get("here")),
        found=as_text(first.get("there")),
        origin_id=as_text(first.get(System.SALESFORCE)),
        target_id=as_text(first.get(System.CUSTOMERP)),
        at=at,
        compared=tally.compared,
        waiting=tally.waiting,
    )
