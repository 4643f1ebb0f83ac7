"""What deciding over deleted records takes besides them: their lines, what they were merged into, a person's word."""

from collections.abc import Sequence

import polars as pl

from talk_assets.changesets.decisions import SETTLED
from talk_assets.changesets.deletions import AGREED_TO, LINES_EDITED, MERGED, edited
from talk_assets.changesets.view import view
from talk_assets.links.merges import STATE_MERGED, reasons
from talk_assets.model.pair import DeletePolicy, EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links, mapped
from talk_assets.store.database import Database
from talk_assets.store.decisions import RECORD


def with_circumstances(session: Session, pair: EntityPair, gone: pl.DataFrame) -> pl.DataFrame:
    """Add the columns `LINES_EDITED` and `MERGED` to compared rows with a deleted end."""
    changed = _documents_with_edited_lines(session, pair, gone)
    rows = gone.with_columns(pl.col("link_id").is_in(changed).alias(LINES_EDITED))
    if rows.filter(pl.col("state") == STATE_MERGED).is_empty():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(MERGED))
    return rows.join(reasons(session, pair).rename({"merged": MERGED}), on="link_id", how="left")


def with_decided(
    session: Session, pair: EntityPair, gone: pl.DataFrame, live: pl.DataFrame, standing: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add `AGREED_TO`, true where a person's *standing* decision is to delete the record left; and which are done.

    A decision is `applied` when both records are deleted, and `overtaken` when the record left, or a line of it,
    moved since the person looked, or the deleted one is back.
    """
    rows = {row["link_id"]: row for row in gone.iter_rows(named=True)}
    back = set(live["link_id"].to_list())
    agreed, settled = [], []
    for one in standing.filter(pl.col("property") == RECORD).iter_rows(named=True):
        link, winner = one["link_id"], System(one["winner"])
        row = rows.get(link)
        if row is None:
            settled += [(link, RECORD, "overtaken")] if link in back else []
        elif row[f"{winner}_deleted"] and row[f"{winner.other}_deleted"]:
            settled.append((link, RECORD, "applied"))
        elif row[f"{winner}_deleted"] and one[f"{winner.other}_value"] == seen(
            session.db, pair, session.children(pair), winner.other, row[f"{winner.other}_id"]
        ):
            agreed.append(link)
        else:
            settled.append((link, RECORD, "overtaken"))
    marked = gone.with_columns(pl.col("link_id").is_in(agreed).alias(AGREED_TO))
    return marked, pl.DataFrame(settled, schema=SETTLED, orient="row")


def seen(db: Database, pair: EntityPair, lines: Sequence[EntityPair], system: System, record: str) -> str:
    """What a decision to delete a record of *system* remembers of it, so that no later edit is deleted with it."""
    return str(mapped.last_move(db, pair, lines, system, record))


def _documents_with_edited_lines(session: Session, pair: EntityPair, gone: pl.DataFrame) -> list[str]:
    """Links of documents with a deleted end whose lines, on the other, were edited or added since."""
    if pair.deletes is DeletePolicy.KEEP:
        return []
    found: list[str] = []
    for system in System:
        left = gone.filter(pl.col(f"{system.other}_deleted") & ~pl.col(f"{system}_deleted"))
        documents = dict(left.select(f"{system}_id", "link_id").iter_rows())
        for child in session.children(pair) if documents else ():
            lines = mapped.lines_of(session.db, child, system, list(documents))
            linked = links.by_record(session.db, child, system, lines["_id"].to_list())
            added = lines.join(linked, left_on="_id", right_on=f"{system}_id", how="anti")
            moved = view(session, child, linked["link_id"].to_list()).filter(edited(child, system))
            owners = [*added["_parent"].to_list(), *moved[f"{system}_parent"].to_list()]
            found += [documents[owner] for owner in owners]
    return found
