"""The few shapes of SOQL that a sync asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bench.neutral.ordered import stamp_of

_QUERY = re.compile(
    r"SELECT (?P<names>.+?) FROM (?P<resource>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY (?P<order>.+?))?"
    r"(?: LIMIT (?P<limit>\d+))?",
    re.DOTALL,
)
_SINCE = re.compile(r"SystemModstamp >=? (\S+)")
_BEYOND = re.compile(r"\(?SystemModstamp > (\S+) OR \(SystemModstamp = \S+ AND Id > '(\w+)'\)\)?")
_AMONG = re.compile(r"(\w+) IN \((.*)\)", re.DOTALL)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_ESCAPED = re.compile(r"\\(.)")
_NOTHING = "IsStandard = true"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query as asked: everything, *since* a second, *beyond* a (second, id), or rows whose field is *among* texts."""

    names: tuple[str, ...]
    resource: str
    since: int | None = None
    beyond: tuple[int, str] | None = None
    among: tuple[str, tuple[str, ...]] | None = None
    newest_first: bool = False
    limit: int | None = None


def parsed(soql: str) -> Query:
    """Read a query.

    Raises:
        ValueError: it has a shape that no sync asks.
    """
    found = _QUERY.fullmatch(soql.strip())
    if found is None:
        raise ValueError(f"not a query that is known here: {soql}")
    limit = found["limit"]
    return Query(
        names=tuple(name.strip() for name in found["names"].split(",")),
        resource=found["resource"],
        newest_first="DESC" in (found["order"] or ""),
        limit=int(limit) if limit else None,
        **_condition(found["where"]),  # type: ignore[arg-type]
    )


def _condition(where: str | None) -> Mapping[str, object]:
    if where is None or where == _NOTHING:
        return {}
    if match := _BEYOND.fullmatch(where):
        return {"beyond": (stamp_of(match[1]), match[2])}
    if match := _SINCE.fullmatch(where):
        return {"since": stamp_of(match[1])}
    if match := _AMONG.fullmatch(where):
        return {"among": (match[1], tuple(_ESCAPED.sub(r"\1", text) for text in _QUOTED.findall(match[2])))}
    raise ValueError(f"not a condition that is known here: {where}")
