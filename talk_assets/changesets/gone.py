"""What deciding over deleted records takes besides the records: their lines, and what they were merged into."""

import polars as pl

from talk_assets.changesets.deletions import LINES_EDITED, MERGED, edited
from talk_assets.changesets.view import view
from talk_assets.links.merges import STATE_MERGED, reasons
from talk_assets.model.pair import DeletePolicy, EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links, mapped


def with_circumstances(session: Session, pair: EntityPair, gone: pl.DataFrame) -> pl.DataFrame:
    """Add the columns `LINES_EDITED` and `MERGED` to compared rows with a deleted end."""
    changed = _documents_with_edited_lines(session, pair, gone)
    rows = gone.with_columns(pl.col("link_id").is_in(changed).alias(LINES_EDITED))
    if rows.filter(pl.col("state") == STATE_MERGED).is_empty():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(MERGED))
    return rows.join(reasons(session, pair).rename({"merged": MERGED}), on="link_id", how="left")


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
