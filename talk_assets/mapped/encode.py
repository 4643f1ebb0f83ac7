"""Canonical values to an end's wire text, and which of them the end can hold at all."""

from collections.abc import Sequence

import polars as pl

from talk_assets.model.pair import EntityPair, Side
from talk_assets.model.system import System


def encode(pair: EntityPair, system: System, rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return ``_id`` and, for each property of *names*, the wire text to write to *system*.

    Null stays null, which clears. Where `holdable` is false the text means nothing. A declared
    `truncate` cuts here, on the way out only.
    """
    return rows.select("_id", *(_encoded(pair.by_name[name].side(system), name) for name in names))


def holdable(pair: EntityPair, system: System, rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return ``_id`` and, for each property of *names*, whether *system* can take the value.

    Null can be taken: clearing is judged by `Side.required`, not by the codec.
    """
    return rows.select("_id", *(_holds(pair.by_name[name].side(system), name) for name in names))


def _encoded(side: Side, name: str) -> pl.Expr:
    value = pl.col(name)
    sent = value.str.slice(0, side.length) if side.truncate else value
    return pl.when(value.is_not_null()).then(side.codec.encode(sent)).alias(name)


def _holds(side: Side, name: str) -> pl.Expr:
    value = pl.col(name)
    return (value.is_null() | side.codec.holds(value).fill_null(value=False)).alias(name)
