"""What a mapped row must meet, generated from its pair.

A contract looks across: a row read from one end must fit what the other end requires and can hold,
so that whatever passes can be written there. What does not pass goes to quarantine with a sentence
that says why.

Contracts are for eager frames only: pandera checks no values of a lazy one by default
(https://pandera.readthedocs.io/en/stable/polars.html). Rules over several properties are computed
into one boolean column and checked there, as a rule over the whole frame would copy whole records
into its report.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from talk_assets.model.codecs import Number
from talk_assets.model.lookup_codecs import Lines
from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.system import System

if TYPE_CHECKING:
    import pandera.polars as pa
    from pandera.api.polars.types import PolarsData

ONE_OF = "_has_one_of"
"""The computed column that `EntityPair.needs_one_of` is checked on."""

NOT_NULL = "not_nullable"
"""What pandera calls its own check that a value is there."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A check's name, the sentence a person reads where it fails, and what makes a column pass (null: it does)."""

    name: str
    reason: str
    passes: Callable[[pl.Expr], pl.Expr]

    def check(self) -> "pa.Check":
        """The rule as pandera takes it."""
        import pandera.polars as pa  # noqa: PLC0415 - only rows that break a contract need it

        def judge(data: "PolarsData") -> pl.LazyFrame:
            return data.lazyframe.select(self.passes(pl.col(data.key)))

        return pa.Check(judge, name=self.name, error=self.name, description=self.reason)


@lru_cache(maxsize=64)
def contract_for(pair: EntityPair, system: System) -> "pa.DataFrameSchema":
    """Return the contract of *pair*'s rows read from *system*, over the columns `checked` picks.

    Each check is named by its `error` and explained by its `description`, the sentence a person reads.
    """
    import pandera.polars as pa  # noqa: PLC0415

    columns = {"_id": pa.Column(pl.String(), nullable=False)}
    for p in pair.properties:
        columns[p.name] = pa.Column(
            p.dtype,
            checks=[rule.check() for rule in _limits(p, system.other)],
            nullable=not needed_by(p),
            description=p.doc or None,
        )
    needed = pair.needs_one_of.get(system.other, ())
    if needed:
        columns[ONE_OF] = pa.Column(pl.Boolean(), checks=[_one_of(pair, system.other, needed).check()])
    return pa.DataFrameSchema(columns, name=f"{system}_{pair.name}", strict=True)


def checked(pair: EntityPair, system: System) -> list[pl.Expr]:
    """Return what the contract looks at: the id, every property and the computed column."""
    needed = pair.needs_one_of.get(system.other, ())
    one_of = [pl.any_horizontal(pl.col(name).is_not_null() for name in needed).alias(ONE_OF)] if needed else []
    return [pl.col("_id"), *(pl.col(name) for name in pair.names), *one_of]


@lru_cache(maxsize=64)
def _met(pair: EntityPair, system: System) -> pl.Expr:
    """Whether all rows of what the contract looks at meet it; what exactly does not is for pandera to say."""
    rules = [pl.col("_id").is_not_null()]
    for p in pair.properties:
        rules += [rule.passes(pl.col(p.name)) for rule in _limits(p, system.other)]
        if needed_by(p):
            rules.append(pl.col(p.name).is_not_null())
    needed = pair.needs_one_of.get(system.other, ())
    if needed:
        rules.append(_one_of(pair, system.other, needed).passes(pl.col(ONE_OF)))
    return pl.all_horizontal(rule.fill_null(value=True).all() for rule in rules)


def breaches(pair: EntityPair, system: System, rows: pl.DataFrame) -> pl.DataFrame:
    """Return where *rows* break their contract: ``_id``, ``property``, ``check``, ``value``, ``reason``.

    All breaches are found, not the first. *rows* must have the canonical columns of *pair*.
    """
    checked_rows = rows.select(checked(pair, system))
    types = {"_id": pl.String(), ONE_OF: pl.Boolean()} | {p.name: p.dtype for p in pair.properties}
    typed = all(types[name] == dtype for name, dtype in checked_rows.schema.items())
    if typed and checked_rows.select(_met(pair, system)).item():
        return _no_breaches()
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    contract = contract_for(pair, system)
    try:
        contract.validate(checked_rows, lazy=True)
    except SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
    else:
        return _no_breaches()
    return pl.concat(
        checked_rows[found["index"].to_list()].select(_explained(pair, system, contract, str(column), str(check)))
        for (column, check), found in cases.group_by("column", "check", maintain_order=True)
    )


def _no_breaches() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(("_id", "property", "check", "value", "reason"), pl.String))


def _explained(
    pair: EntityPair, system: System, contract: "pa.DataFrameSchema", column: str, check: str
) -> list[pl.Expr]:
    if column == ONE_OF:
        name, value = " or ".join(pair.needs_one_of[system.other]), pl.lit(None, dtype=pl.String)
    else:
        name, value = column, pl.col(column).cast(pl.String)
    if check == NOT_NULL:
        reason = _why_needed(pair.by_name[column], system)
    else:
        reason = next(c.description for c in contract.columns[column].checks if c.error == check)
    return [
        pl.col("_id"),
        pl.lit(name).alias("property"),
        pl.lit(check).alias("check"),
        value.alias("value"),
        pl.lit(reason).alias("reason"),
    ]


def needed_by(p: Property) -> tuple[System, ...]:
    """The ends that cannot do without the value and have no stand-in for it."""
    sides = ((system, p.side(system)) for system in System)
    return tuple(system for system, side in sides if side.required and not side.fallback_id and side.default is None)


def _why_needed(p: Property, read_from: System) -> str:
    needed = " and ".join(f"{system.title} requires {p.side(system).path}" for system in needed_by(p))
    return f"Empty, but {needed}. Fill in {p.side(read_from).path} in {read_from.title}."


def _limits(p: Property, other: System) -> list[Rule]:
    side, read_from = p.side(other), p.side(other.other)
    if p.reference or p.derived:
        return []
    remedy = f"in {read_from.path} in {other.other.title}"
    checks = []
    if isinstance(side.codec, (Number, Lines)):
        checks.append(
            Rule(
                name="fits",
                reason=f"Does not fit {side.path} in {other.title}, which holds {_room(side.codec)}. "
                f"Correct it {remedy}.",
                passes=side.codec.holds,
            )
        )
    elif side.length is not None and not side.truncate:
        longest = side.length
        checks.append(
            Rule(
                name=f"at most {longest} characters",
                reason=f"Longer than the {longest} characters that {side.path} holds in {other.title}. "
                f"Shorten it {remedy}.",
                passes=lambda value: value.str.len_chars() <= longest,
            )
        )
    return checks


def _room(codec: Number | Lines) -> str:
    if isinstance(codec, Number):
        return f"{codec.precision - codec.digits} digits before the point"
    return f"at most {codec.count} lines of {codec.length} characters"


def _one_of(pair: EntityPair, other: System, names: tuple[str, ...]) -> Rule:
    sides = [(pair.by_name[name].side(other), pair.by_name[name].side(other.other)) for name in names]
    needed = " or ".join(side.path for side, _ in sides)
    fill = " or ".join(side.path for _, side in sides)
    return Rule(
        name="one of them",
        reason=f"All empty, but {other.title} needs {needed}. Fill in {fill} in {other.other.title}.",
        passes=lambda value: value,
    )
