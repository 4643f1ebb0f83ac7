"""The audit of a pair: every linked record compared, every record that stands alone accounted for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from talk_assets.changesets.drift import DRIFT_SCHEMA, Cause, drift
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import audit

EXAMPLES = 20
"""Records kept of each cause, to be looked at."""
GRAVEST = {cause.value: rank for rank, cause in enumerate(Cause)}

Counts = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class PairAudit:
    """How the records of a pair stand, as both ends were last read.

    *linked* links have both their records; *in_step* of them hold the same values. Of the others *drifted* counts the
    links by their gravest cause, *properties* each property by cause. *alone* counts by end and cause the live
    records without a live counterpart, those in review among them. *gone* links have neither record any more.
    *examples* (`DRIFT_SCHEMA`) has some records of every cause; a record that stands alone has no property.
    """

    pair: str
    linked: int
    in_step: int
    gone: int
    drifted: Counts
    properties: Mapping[str, Counts]
    alone: Mapping[System, Counts]
    examples: pl.DataFrame

    @property
    def unexplained(self) -> int:
        """Links and records of which nothing says why they differ or stand alone."""
        unknown = Cause.UNKNOWN.value
        return self.drifted.get(unknown, 0) + sum(counts.get(unknown, 0) for counts in self.alone.values())

    def as_json(self) -> dict[str, Any]:
        """The audit as `talk audit --json` prints it; without any record's values."""
        return {
            "linked": self.linked,
            "in_step": self.in_step,
            "drifted": dict(self.drifted),
            "one_sided": {system.value: dict(self.alone[system]) for system in System},
            "ambiguous": {system.value: self.alone[system].get(Cause.REVIEW.value, 0) for system in System},
            "gone": self.gone,
            "unexplained": self.unexplained,
            "properties": {name: dict(counts) for name, counts in self.properties.items()},
            "examples": self.examples.drop("link_id", "reason").to_dicts(),
        }


def audit_pair(session: Session, pair: EntityPair) -> PairAudit:
    """Compare all of *pair*'s records as they were last read; asks no end and changes nothing."""
    db = session.db
    linked, gone = audit.linked_counts(db, pair)
    drifted: dict[str, int] = {}
    properties: dict[str, dict[str, int]] = {}
    examples = [pl.DataFrame(schema=DRIFT_SCHEMA)]
    for part in drift(session, pair, audit.differing(db, pair, session.pairs)):
        _add(drifted, _by_gravest(part))
        for name, cause, count in part.group_by("property", "cause").len().iter_rows():
            _add(properties.setdefault(name, {}), [(cause, count)])
        examples.append(part.group_by("cause").head(EXAMPLES).select(DRIFT_SCHEMA.keys()))
    parent = session.parent(pair)
    alone = {system: audit.alone_counts(db, pair, system, parent=parent) for system in System}
    for system in System:
        if alone[system]:
            found = audit.alone(db, pair, system, parent=parent, limit=EXAMPLES)
            examples.append(_as_drift(found, system))
    return PairAudit(
        pair=pair.name,
        linked=linked,
        in_step=linked - sum(drifted.values()),
        gone=gone,
        drifted=_ordered(drifted),
        properties={name: _ordered(properties[name]) for name in pair.names if name in properties},
        alone={system: _ordered(counts) for system, counts in alone.items()},
        examples=_first_of_each(pl.concat(examples)),
    )


def _by_gravest(part: pl.DataFrame) -> Iterable[tuple[str, int]]:
    rank = pl.col("cause").replace_strict(GRAVEST, return_dtype=pl.Int64)
    gravest = part.group_by("link_id").agg(pl.col("cause").sort_by(rank).first())
    return gravest.group_by("cause").len().iter_rows()


def _add(counts: dict[str, int], more: Iterable[tuple[str, int]]) -> None:
    for cause, count in more:
        counts[cause] = counts.get(cause, 0) + count


def _ordered(counts: Counts) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: GRAVEST[item[0]]))


def _as_drift(found: pl.DataFrame, system: System) -> pl.DataFrame:
    none = pl.lit(None, dtype=pl.String)
    ids = {f"{one}_id": pl.col("record_id") if one is system else none for one in System}
    return found.with_columns(link_id=none, property=none, **ids).select(DRIFT_SCHEMA.keys())


def _first_of_each(examples: pl.DataFrame) -> pl.DataFrame:
    """At most `EXAMPLES` of each cause, the gravest first."""
    rank = pl.col("cause").replace_strict(GRAVEST, return_dtype=pl.Int64)
    ids = ["salesforce_id", "customerp_id", "property"]
    return examples.sort(rank, *ids).group_by("cause", maintain_order=True).head(EXAMPLES).select(DRIFT_SCHEMA.keys())
