"""Match the pair's records that moved and store what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid5

import polars as pl

from talk_assets.links.adopt import adopt, agree_on_bodies
from talk_assets.links.arrived import arrived
from talk_assets.links.match import MEMBER_SCHEMA, Matched, match_by_key, match_by_value, without_parted
from talk_assets.links.merges import follow
from talk_assets.mapped.stage import NAMESPACE, SEPARATOR
from talk_assets.model.failpoints import failpoint
from talk_assets.model.pair import EntityPair, MatchKey
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import intents, links, reviews, ties
from talk_assets.store.tables import REVIEW, REVIEW_SCHEMA, links_table, mapped_table, raw_table

RULE_KEY = "key"
RULE_LINE = "line"
RULE_ARRIVED = "arrived"
RULE_UNLINKED = "unlinked"


@dataclass(frozen=True, kw_only=True)
class MatchReport:
    """What one matching did: links made, links handed on to what a record was merged into, records now in review."""

    linked: int
    review: int
    merged: int = 0


def link_id(pair: EntityPair, salesforce_id: str, customerp_id: str) -> str:
    """Return the link's id: the same for the same two records, always."""
    return uuid5(NAMESPACE, f"link/{pair.name}/{salesforce_id}/{customerp_id}").hex


def with_link_ids(pair: EntityPair, found: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Add `link_id` and `rule` to rows of `salesforce_id, customerp_id`."""
    ids = [link_id(pair, s, c) for s, c in found.select("salesforce_id", "customerp_id").iter_rows()]
    return found.with_columns(pl.Series("link_id", ids, dtype=pl.String), rule=pl.lit(rule))


def match_pair(session: Session, pair: EntityPair) -> MatchReport:
    """Match what moved since the last time, by stored key first, then by the pair's match keys in order."""
    db = session.db
    mark, latest = db.mark("links", pair.name), db.latest_seq()
    parent = session.parent(pair)
    if mark == latest or (db.moved(*_read(session, pair, parent)) <= mark and db.is_empty(REVIEW)):
        return MatchReport(linked=0, review=reviews.count(db, pair))
    merged = follow(session, pair)
    waiting = {system: links.unlinked(db, pair, system, mark, parent=parent) for system in System}
    examined = pl.concat([rows.select("_id", system=pl.lit(s.value)) for s, rows in waiting.items()])
    kept_apart = ties.apart(db, pair)
    if kept_apart.height:
        waiting = {
            system: rows.join(kept_apart.filter(pl.col("system") == system.value), on="_id", how="anti")
            for system, rows in waiting.items()
        }
    linked = 0
    with db.transaction():
        found = [_apart_rows(pair, kept_apart)]
        for system in System:
            unseen = arrived(session, pair, system, waiting[system])
            waiting = {
                end: rows.join(unseen, left_on="_id", right_on=f"{end}_id", how="anti") for end, rows in waiting.items()
            }
            linked += _link_arrived(session, pair, system, unseen)
        for rule, matched in _matches(session, pair, parent, waiting, mark):
            linked += _store(session, pair, matched, rule)
            found.append(_review_rows(session, pair, matched, rule))
        if linked:
            # A stored key may tie a record to one that was merged away since.
            merged += follow(session, pair)
        reviews.replace(db, pair, examined, pl.concat(found))
        db.set_mark("links", pair.name, latest)
        failpoint("links committing")
    failpoint("links committed")
    session.tally(pair).linked += linked
    return MatchReport(linked=linked, review=reviews.count(db, pair), merged=merged)


def _read(session: Session, pair: EntityPair, parent: EntityPair | None) -> list[str]:
    """The tables that matching looks at."""
    referred = [session.pairs[str(p.reference)] for p in pair.references]
    return [
        raw_table(session.entity(pair, System.SALESFORCE)),
        *(mapped_table(pair, system) for system in System),
        *(links_table(one) for one in (pair, *([parent] if parent is not None else []), *referred)),
    ]


def _matches(
    session: Session, pair: EntityPair, parent: EntityPair | None, waiting: Mapping[System, pl.DataFrame], mark: int
) -> list[tuple[str, Matched]]:
    if all(rows.is_empty() for rows in waiting.values()):
        return []
    matched = [(RULE_KEY, match_by_key(_ties(session, pair, waiting)))]
    parted = ties.parted(session.db, pair)
    if parent is not None:
        left = _without(waiting, matched[-1][1])
        members = without_parted(_match_lines(session, pair, parent, left, mark), parted)
        matched.append((RULE_LINE, match_by_value(members, ambiguous_is_review=False)))
        return matched
    left = dict(waiting)
    for i, key in enumerate(pair.match):
        left = _without(left, matched[-1][1])
        members = without_parted(_members(session, pair, left, f"_match{i}", key), parted)
        members = _taken(members, [m.settled for _, m in matched])
        matched.append(("+".join(key.properties), match_by_value(members, ambiguous_is_review=key.ambiguous_is_review)))
    return matched


def _taken(members: pl.DataFrame, settled: list[pl.DataFrame]) -> pl.DataFrame:
    """Mark members that an earlier key linked or sent to review: a later key finds them taken, not free."""
    known = pl.concat(settled).unique().with_columns(taken=pl.lit("by an earlier key"))
    return (
        members.join(known, on=["system", "_id"], how="left")
        .with_columns(link_id=pl.coalesce("link_id", "taken"))
        .drop("taken")
    )


def _without(waiting: Mapping[System, pl.DataFrame], matched: Matched) -> dict[System, pl.DataFrame]:
    settled = matched.settled
    if settled.is_empty():
        return dict(waiting)
    return {
        system: rows.join(settled.filter(pl.col("system") == system.value), on="_id", how="anti")
        for system, rows in waiting.items()
    }


def _ties(session: Session, pair: EntityPair, waiting: Mapping[System, pl.DataFrame]) -> pl.DataFrame:
    names = ["salesforce_id", "customerp_id"]
    here = links.key_candidates(session.db, pair, System.SALESFORCE, waiting[System.SALESFORCE])
    there = links.key_candidates(session.db, pair, System.CUSTOMERP, waiting[System.CUSTOMERP])
    return pl.concat(
        [
            here.select("own", "other").rename(dict(zip(["own", "other"], names, strict=True))),
            there.select("other", "own").rename(dict(zip(["other", "own"], names, strict=True))),
        ]
    ).unique()


def _members(
    session: Session, pair: EntityPair, waiting: Mapping[System, pl.DataFrame], column: str, key: MatchKey
) -> pl.DataFrame:
    """All records of both ends that share a value of *key* with one that waits."""
    values = pl.concat([rows.select(pl.col(column).alias("value")) for rows in waiting.values()])
    values = values.drop_nulls().unique()
    if values.is_empty():
        return pl.DataFrame(schema=MEMBER_SCHEMA)
    references = [
        (name, session.pairs[reference])
        for name in key.properties
        if (reference := pair.by_name[name].reference) is not None
    ]
    parts = []
    for system in System:
        found = links.sharing(session.db, pair, system, column=column, values=values, references=references)
        whole = pl.concat_str(["value", *(name for name, _ in references)], separator=SEPARATOR)
        parts.append(found.select(pl.lit(system.value).alias("system"), "_id", whole.alias("value"), "link_id"))
    return pl.concat(parts).drop_nulls("value")


def _match_lines(
    session: Session, pair: EntityPair, parent: EntityPair, waiting: Mapping[System, pl.DataFrame], mark: int
) -> pl.DataFrame:
    """Lines of documents that were matched, not created: by product where it occurs once on both ends.

    Only when the document's link is new: two lines added later for one product are two lines.
    """
    parts = []
    references = [(p.name, session.pairs[str(p.reference)]) for p in pair.references]
    for system in System:
        found = links.lines_of_matched(session.db, pair, parent, system, mark, references=references)
        parts.append(found.join(waiting[system].select("_id"), on="_id", how="semi").select(MEMBER_SCHEMA.keys()))
    return pl.concat(parts).drop_nulls("value")


def _store(session: Session, pair: EntityPair, matched: Matched, rule: str) -> int:
    if matched.links.is_empty():
        return 0
    found = with_link_ids(pair, matched.links, rule)
    links.add(session.db, pair, found, now=session.clock(), fresh=True)
    if rule == RULE_KEY:
        adopt(session, pair, found)
    return found.height


def _link_arrived(session: Session, pair: EntityPair, system: System, unseen: pl.DataFrame) -> int:
    """Link what was made on *system* by creations that no answer came to; what was sent is agreed."""
    if unseen.is_empty():
        return 0
    found = with_link_ids(pair, unseen, RULE_ARRIVED)
    links.add(session.db, pair, found, now=session.clock(), fresh=True)
    agree_on_bodies(session, pair, system, found)
    intents.close(session.db, found["intent_id"].to_list(), state="applied")
    return found.height


def _apart_rows(pair: EntityPair, kept_apart: pl.DataFrame) -> pl.DataFrame:
    """Records whose link a person took away wait in review whatever they match."""
    return kept_apart.select(
        "system",
        "salesforce_id",
        "customerp_id",
        pair=pl.lit(pair.name),
        record_id=pl.col("_id"),
        rule=pl.lit(RULE_UNLINKED),
        key=pl.lit(None, dtype=pl.String),
        salesforce_ids=pl.col("salesforce_id"),
        customerp_ids=pl.col("customerp_id"),
        since=pl.col("said_at"),
    ).select(REVIEW_SCHEMA.keys())


def _review_rows(session: Session, pair: EntityPair, matched: Matched, rule: str) -> pl.DataFrame:
    review = matched.review
    if review.is_empty():
        return pl.DataFrame(schema=dict(REVIEW_SCHEMA))
    rows = []
    for system in System:
        own = review.with_columns(record_id=pl.col(f"{system}_ids")).explode("record_id", empty_as_null=False)
        rows.append(own.with_columns(system=pl.lit(system.value)))
    return (
        pl.concat(rows)
        .with_columns(
            pair=pl.lit(pair.name),
            rule=pl.lit(rule),
            key=pl.col("value").str.replace_all(SEPARATOR, " · ", literal=True),
            salesforce_ids=pl.col("salesforce_ids").list.join(", "),
            customerp_ids=pl.col("customerp_ids").list.join(", "),
            since=pl.lit(session.clock()).cast(pl.Datetime("us", "UTC")),
        )
        .select(REVIEW_SCHEMA.keys())
    )
