"""A write made ready, with what is needed to believe it afterwards."""

from dataclasses import dataclass

import polars as pl

from talk_assets.model.changes import Op, Write
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One write, the change it carries out and the properties it is about.

    *link_id* is None for creations, *properties* names what the write settles, *left_out* what a creation goes without
    because the end refused it.
    """

    write: Write
    origin_id: str
    link_id: str | None = None
    properties: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    lines: tuple["Prepared", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prepare:
    """Writes of one operation on one pair and end, and the origins' values as they are about to be sent.

    *origins* are the mapped rows of the other end, references as link ids; *line_origins* those of
    the documents' lines, by line pair. Whatever is read later, these are the values that were sent.
    """

    pair: EntityPair
    system: System
    op: Op
    writes: tuple[Prepared, ...]
    origins: pl.DataFrame
    line_origins: dict[str, pl.DataFrame]
