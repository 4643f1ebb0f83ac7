"""Where linked records differ as they were last read, and why: by the very comparison that decides what is written.

A difference is one the property's codecs do not call equal. Most have a cause that the store knows; one that has
none should not be there.
"""

from collections.abc import Iterator
from enum import StrEnum

import polars as pl

from talk_assets.changesets.reconcile import compare, value, verdict
from talk_assets.changesets.view import view
from talk_assets.model.changes import ChangeState, Verdict
from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import audit

SF, CU = System.SALESFORCE, System.CUSTOMERP
CHUNK = 20_000
"""Links compared at a time."""


class Cause(StrEnum):
    """Why two linked records differ, or why a record has no counterpart; the gravest first."""

    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    REVIEW = "review"
    HELD = "held"
    PARKED = "parked"
    UNSHOWN = "unshown"
    CANNOT_HOLD = "cannot_hold"
    STORED_OTHERWISE = "stored_otherwise"
    DELETED = "deleted"
    DOCUMENT = "document"
    PENDING = "pending"
    NOT_COMPARED = "not_compared"

    @property
    def label(self) -> str:
        """The cause as a heading shows it."""
        return self.value.replace("_", " ")

    @property
    def words(self) -> str:
        """The cause in words, and what becomes of it."""
        return _WORDS[self]


_WORDS = {
    Cause.UNKNOWN: "nothing says why",
    Cause.CONFLICT: "a person decides",
    Cause.REFUSED: "the other end refused it; tried again when the record changes",
    Cause.QUARANTINED: "in quarantine: it cannot be read, or breaks its contract",
    Cause.REVIEW: "several candidates: a person links them",
    Cause.HELD: "a rule holds it back",
    Cause.PARKED: "waits for another record, and goes on by itself",
    Cause.UNSHOWN: "an end does not show it",
    Cause.CANNOT_HOLD: "the other end cannot hold the value",
    Cause.STORED_OTHERWISE: "an end stores it otherwise than it was sent, or fills it in by itself; agreed as it is",
    Cause.DELETED: "deleted on the other end, kept on this one",
    Cause.DOCUMENT: "goes along with its document, which has no counterpart yet",
    Cause.PENDING: "the next run writes it",
    Cause.NOT_COMPARED: "read after the last comparison; the next run decides",
}

DRIFT_SCHEMA = dict.fromkeys(("link_id", "salesforce_id", "customerp_id", "property", "cause", "reason"), pl.String())
"""A property in which two linked records differ, with the `Cause`, and the reason in words where there is one."""


def drift(session: Session, pair: EntityPair, differing: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield what of *differing* links (`store.audit.differing`) counts as a difference (`DRIFT_SCHEMA`), in parts."""
    stopped = audit.stopped(session.db, pair) if differing.height else pl.DataFrame()
    for chunk in differing.iter_slices(CHUNK):
        rows = view(session, pair, chunk["link_id"].to_list()).join(chunk, on="link_id", how="left")
        found = _differences(pair, compare(pair, rows))
        yield _with_causes(session, pair, found, stopped) if found.height else _none()


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=DRIFT_SCHEMA)


def _differences(pair: EntityPair, compared: pl.DataFrame) -> pl.DataFrame:
    """One row a link and property whose values are not equal, with its verdict and what is known without changes."""
    parts = []
    for p in (one for one in pair.properties if not one.derived):
        unequal = p.fold(pl.col(value(SF, p.name))).ne_missing(p.fold(pl.col(value(CU, p.name))))
        parts.append(
            compared.filter(unequal).select(
                "link_id",
                "salesforce_id",
                "customerp_id",
                property=pl.lit(p.name),
                verdict=pl.col(verdict(p.name)),
                moved=pl.col("moved"),
                unread=pl.any_horizontal(*(pl.col(f"{system}_quarantined") for system in System)),
                homeless=_cannot_hold(p),
            )
        )
    return pl.concat(parts)


def _cannot_hold(p: Property) -> pl.Expr:
    """Whether an end has no place for what the other one holds, or takes it only with a new record."""
    if p.reference is not None:
        return pl.lit(value=False)
    cannot = [pl.lit(value=False)]
    for system in System:
        theirs = pl.col(value(system.other, p.name))
        cannot.append(theirs.is_not_null() & ~p.side(system).codec.holds(theirs).fill_null(value=False))
    return pl.any_horizontal(*cannot)


def _with_causes(session: Session, pair: EntityPair, found: pl.DataFrame, stopped: pl.DataFrame) -> pl.DataFrame:
    asked = audit.standing_changes(session.db, pair, found.select("link_id").unique())
    whole = asked.filter(pl.col("property").is_null()).select("link_id", w_state="state", w_reason="reason")
    part = asked.filter(pl.col("property").is_not_null())
    refused = stopped.filter(pl.col("stage") == "writeback").select(
        pl.col("record_id").alias("origin_id"), pl.col("property").alias("refused_property")
    )
    part = (
        part.join(refused.unique(), on="origin_id", how="left")
        .with_columns(
            refused=pl.col("origin_id").is_in(refused["origin_id"].implode())
            & (pl.col("refused_property").is_null() | (pl.col("refused_property") == pl.col("property")))
        )
        .group_by("link_id", "property")
        .agg(pl.col("state").first(), pl.col("reason").first(), pl.col("refused").any())
    )
    rows = found.join(part, on=["link_id", "property"], how="left").join(
        whole.unique("link_id"), on="link_id", how="left"
    )
    return rows.with_columns(cause=_cause(), reason=pl.coalesce("reason", "w_reason")).select(DRIFT_SCHEMA.keys())


def _cause() -> pl.Expr:
    state = pl.coalesce("state", "w_state")
    refused = pl.col("refused").fill_null(value=False) & (pl.col("state") == ChangeState.HELD.value)
    in_sync = pl.col("verdict") == Verdict.IN_SYNC.value
    return (
        pl.when("unread")
        .then(pl.lit(Cause.QUARANTINED.value))
        .when(refused)
        .then(pl.lit(Cause.REFUSED.value))
        .when(state.is_not_null())
        .then(state)
        .when(pl.col("verdict") == Verdict.UNSHOWN.value)
        .then(pl.lit(Cause.UNSHOWN.value))
        .when("moved")
        .then(pl.lit(Cause.NOT_COMPARED.value))
        .when(in_sync & pl.col("homeless"))
        .then(pl.lit(Cause.CANNOT_HOLD.value))
        .when(in_sync)
        .then(pl.lit(Cause.STORED_OTHERWISE.value))
        .otherwise(pl.lit(Cause.UNKNOWN.value))
    )
