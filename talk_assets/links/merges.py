"""Follow merges: the link of a Salesforce record that was merged away goes to the one that stayed.

Its baselines stay as they are, so that what differs in the record that stayed travels like an edit made
there. Where that one has a counterpart of its own, two Customerp records are left with one Salesforce
record between them: nothing is written for the one that lost its own, and a person decides.
"""

from dataclasses import dataclass

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links, mapped, moves, quarantine, raw

RULE_MERGED = "merged"
STATE_MERGED = "salesforce_merged"
_MOVE = ("link_id", "was", "now", "rule", "reason")


@dataclass(frozen=True, kw_only=True)
class Merge:
    """A link whose Salesforce record *lost* was merged into *kept*.

    *customerp* is its Customerp record, *alive* whether that still is. *holder* is the link that *kept* has
    already, None if none, with that link's rule, Customerp record and whether that is alive. *read* says
    whether *kept* itself has been read.
    """

    link: str
    lost: str
    kept: str
    customerp: str
    alive: bool
    read: bool
    holder: str | None
    holder_rule: str | None
    holder_customerp: str | None
    holder_alive: bool


def follow(session: Session, pair: EntityPair) -> int:
    """Hand on the links that can be, and mark those that cannot; how many were handed on."""
    taken: set[str] = set()
    handed: list[tuple[str, str, str, str, str]] = []
    stuck: list[str] = []
    for one in merges(session, pair):
        reason = f"Salesforce {pair.name} {one.lost} was merged into {one.kept}."
        free = one.holder is None or (one.alive and not one.holder_alive)
        if one.read and free and one.kept not in taken:
            taken.add(one.kept)
            handed.append((one.link, one.lost, one.kept, RULE_MERGED, reason))
            if one.holder is not None:
                handed.append((one.holder, one.kept, one.lost, str(one.holder_rule), reason))
        elif one.alive:
            stuck.append(one.link)
    moves.move(
        session.db,
        pair,
        pl.DataFrame(handed, schema=dict.fromkeys(_MOVE, pl.String()), orient="row"),
        now=session.clock(),
    )
    # That a counterpart could not be made says nothing about the one it has now.
    quarantine.forget_creations(session.db, pair, System.SALESFORCE, sorted(taken), now=session.clock())
    states = pl.DataFrame({"link_id": stuck}, schema={"link_id": pl.String()}).with_columns(state=pl.lit(STATE_MERGED))
    links.set_states(session.db, pair, states)
    return len(taken)


def reasons(session: Session, pair: EntityPair) -> pl.DataFrame:
    """Why links of merged records could not be handed on (columns `link_id, merged`)."""
    rows = [(one.link, _reason(pair, one)) for one in merges(session, pair)]
    return pl.DataFrame(rows, schema={"link_id": pl.String(), "merged": pl.String()}, orient="row")


def _reason(pair: EntityPair, one: Merge) -> str:
    begun = f"Salesforce {pair.name} {one.lost} was merged into {one.kept}, which"
    if one.holder_customerp is None:
        return f"{begun} could not be read yet; nothing of Customerp {one.customerp} is written until it can."
    return (
        f"{begun} is the counterpart of Customerp {one.holder_customerp}, so Customerp {one.customerp} has none of its "
        "own any more. Nothing of it is written. Move what it has to the other in Customerp and delete it there, or "
        f"delete {one.holder_customerp}, and it takes that one's place."
    )


def merges(session: Session, pair: EntityPair) -> list[Merge]:
    """The links whose Salesforce record was merged into another, oldest first."""
    final = raw.merged_into(session.db, session.entity(pair, System.SALESFORCE))
    if not final:
        return []
    lost = links.by_record(session.db, pair, System.SALESFORCE, list(final)).sort("made_at", "link_id")
    kept = sorted({final[i] for i in lost["salesforce_id"].to_list()})
    holders = {
        row["salesforce_id"]: row
        for row in links.by_record(session.db, pair, System.SALESFORCE, kept).iter_rows(named=True)
    }
    read = set(mapped.by_id(session.db, pair, System.SALESFORCE, kept)["_id"].to_list())
    records = [*lost["customerp_id"].to_list(), *(row["customerp_id"] for row in holders.values())]
    there = mapped.by_id(session.db, pair, System.CUSTOMERP, records)
    alive = set(there.filter(~pl.col("_deleted"))["_id"].to_list())
    found = []
    for row in lost.iter_rows(named=True):
        winner = final[row["salesforce_id"]]
        holder = holders.get(winner, {})
        found.append(
            Merge(
                link=row["link_id"],
                lost=row["salesforce_id"],
                kept=winner,
                customerp=row["customerp_id"],
                alive=row["customerp_id"] in alive,
                read=winner in read,
                holder=holder.get("link_id"),
                holder_rule=holder.get("rule"),
                holder_customerp=holder.get("customerp_id"),
                holder_alive=holder.get("customerp_id") in alive,
            )
        )
    return found
