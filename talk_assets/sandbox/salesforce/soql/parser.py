"""Reads SOQL by a LALR grammar.

The grammar is the part of "SOQL SELECT Syntax" (SOQL and SOSL Reference) that REST clients of these
objects use. NOT stands bare only before the first condition, and AND and OR are not mixed at one level:
both are refused by the grammar itself, as an org refuses them.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import UnexpectedToken

from ..errors import ApiError
from .tree import (
    Comparison,
    Condition,
    FieldSet,
    Function,
    Junction,
    LiteralKind,
    Negation,
    Ordering,
    Path,
    Query,
    SemiJoin,
    Term,
    Value,
)
from .trouble import at_position

MAX_LENGTH = 100_000

_GRAMMAR = r"""
query: SELECT selection FROM NAME alias? where? group_by? having? order_by? limit? offset?
alias: AS? NAME
selection: item ("," item)*
?item: path<ALIASED> | function | FIELDS "(" NAME ")" -> field_set | "(" query ")"
path: PATH | NAME
function: FUNCTION "(" path? ")" NAME?

?where: WHERE condition
?condition: first | first (AND term)+ -> conjunction | first (OR term)+ -> disjunction
?first: term | NOT term -> negation
?term: comparison | "(" condition ")"
?comparison: operand OPERATOR value -> compare
    | operand LIKE value -> like
    | operand IN "(" value ("," value)* ")" -> within
    | operand NOT IN "(" value ("," value)* ")" -> without
    | operand IN "(" query ")" -> within_query
    | operand NOT IN "(" query ")" -> without_query
?operand: path | FUNCTION "(" path? ")" -> function
value: TEXT | DATETIME | DATE | PERIOD | NUMBER | TRUE | FALSE | NULL

group_by: GROUP BY operand ("," operand)*
having: HAVING condition
order_by: ORDER BY ordering ("," ordering)*
ordering: operand (ASC | DESC)? (NULLS (FIRST | LAST))?
limit: LIMIT NUMBER
offset: OFFSET NUMBER

OPERATOR: "=" | "!=" | "<>" | "<=" | ">=" | "<" | ">"
TEXT: /'(?:[^'\\]|\\.)*'/s
DATETIME.3: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/i
DATE.2: /\d{4}-\d{2}-\d{2}(?![\dT])/i
NUMBER: /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?![-\w])/
PERIOD.2: /(?:TODAY|YESTERDAY|TOMORROW|(?:LAST|NEXT)_90_DAYS|<SPAN>)\b/i
FUNCTION.3: /(?:COUNT_DISTINCT|COUNT|MIN|MAX|SUM|AVG|<PART>)(?=\s*\()/i
FIELDS.3: /FIELDS(?=\s*\()/i
PATH.1: /[A-Za-z]\w*(?:\.[A-Za-z]\w*)+/
NAME: /[A-Za-z]\w*/
SELECT.2: /SELECT\b/i
FROM.2: /FROM\b/i
WHERE.2: /WHERE\b/i
AS.2: /AS\b/i
AND.2: /AND\b/i
OR.2: /OR\b/i
NOT.2: /NOT\b/i
IN.2: /IN\b/i
LIKE.2: /LIKE\b/i
TRUE.2: /TRUE\b/i
FALSE.2: /FALSE\b/i
NULL.2: /NULL\b/i
HAVING.2: /HAVING\b/i
GROUP.2: /GROUP\b/i
ORDER.2: /ORDER\b/i
BY.2: /BY\b/i
ASC.2: /ASC\b/i
DESC.2: /DESC\b/i
NULLS.2: /NULLS\b/i
FIRST.2: /FIRST\b/i
LAST.2: /LAST\b/i
LIMIT.2: /LIMIT\b/i
OFFSET.2: /OFFSET\b/i
%ignore /\s+/
"""

_UNIT = "(?:DAY|WEEK|MONTH|(?:FISCAL_)?QUARTER|(?:FISCAL_)?YEAR)"
_SPAN = rf"(?:LAST|THIS|NEXT)_{_UNIT}|(?:LAST|NEXT)_N_{_UNIT}S:\d+|N_{_UNIT}S_AGO:\d+"
_PART = (
    "DAY_ONLY|HOUR_IN_DAY|DAY_IN_(?:WEEK|MONTH|YEAR)|WEEK_IN_(?:MONTH|YEAR)|(?:CALENDAR|FISCAL)_(?:MONTH|QUARTER|YEAR)"
)

_KINDS: dict[str, LiteralKind] = {
    "TEXT": "text",
    "NUMBER": "number",
    "TRUE": "boolean",
    "FALSE": "boolean",
    "DATE": "date",
    "DATETIME": "datetime",
    "PERIOD": "period",
    "NULL": "null",
}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@lru_cache(maxsize=512)
def parse(text: str) -> Query:
    """Return what *text* says, or raise MALFORMED_QUERY with the place of the trouble."""
    if not text.strip():
        raise ApiError("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    if len(text) > MAX_LENGTH:
        raise ApiError("MALFORMED_QUERY", "SOQL statement is too long. Maximum length is 100,000 characters.")
    try:
        return cast("Query", _reader(aliases=False).parse(text))
    except UnexpectedInput as unexpected:
        # With aliases a misspelt FROM reads as one: trouble is told as a grammar without them sees it.
        with suppress(UnexpectedInput):
            return cast("Query", _reader(aliases=True).parse(text))
        ended = isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "$END"
        offset = len(text) if ended or unexpected.pos_in_stream is None else unexpected.pos_in_stream
        word = re.match(r"\w+|'(?:[^'\\]|\\.)*'?|\S", text[offset:])
        shown = word.group() if word else "<EOF>"
        message = f"unexpected token: '{shown}'"
        raise ApiError("MALFORMED_QUERY", at_position(text, offset, message)) from unexpected


def unquoted(text: str, *, pattern: bool = False) -> str:
    r"""Return what a quoted text stands for.

    As a *pattern* for LIKE, `\_`, `\%` and `\\` stay escaped for SQL's ESCAPE.
    """

    def plain(match: re.Match[str]) -> str:
        char = match.group(1)
        if pattern and char in "_%\\":
            return "\\" + char
        return _ESCAPES.get(char.lower(), char)

    return re.sub(r"\\(.)", plain, text[1:-1], flags=re.DOTALL)


class _ToTree(Transformer[Token, Query]):
    """Turns grammar matches into the values of `tree`; keyword tokens drop out."""

    def path(self, children: list[Any]) -> Path:
        token = children[0]
        return Path(text=str(token), offset=token.start_pos)

    @v_args(inline=True)
    def aliased(self, path: Path, alias: Token) -> Path:
        return replace(path, alias=str(alias))

    @v_args(inline=True)
    def field_set(self, word: Token, name: Token) -> FieldSet:
        return FieldSet(name=name.upper(), offset=word.start_pos or 0)

    @v_args(inline=True)
    def having(self, _word: Token, condition: Condition) -> tuple[str, Condition]:
        return ("having", condition)

    def function(self, children: list[Any]) -> Function:
        name, *rest = children
        path = next((child for child in rest if isinstance(child, Path)), None)
        alias = next((str(child) for child in rest if isinstance(child, Token)), None)
        return Function(name=str(name).upper(), path=path, alias=alias, offset=name.start_pos)

    def value(self, children: list[Token]) -> Value:
        token = children[0]
        return Value(kind=_KINDS[token.type], text=str(token), offset=token.start_pos or 0)

    def selection(self, children: list[Any]) -> tuple[Any, ...]:
        return tuple(children)

    @v_args(inline=True)
    def alias(self, *tokens: Token) -> tuple[str, str]:
        return ("alias", str(tokens[-1]))

    @v_args(inline=True)
    def where(self, _word: Token, condition: Condition) -> tuple[str, Condition]:
        return ("where", condition)

    def conjunction(self, children: list[Any]) -> Junction:
        return Junction(word="AND", conditions=_without_tokens(children))

    def disjunction(self, children: list[Any]) -> Junction:
        return Junction(word="OR", conditions=_without_tokens(children))

    def negation(self, children: list[Any]) -> Negation:
        return Negation(condition=children[-1])

    @v_args(inline=True)
    def compare(self, path: Term, operator: Token, value: Value) -> Comparison:
        return Comparison(path=path, operator="!=" if operator == "<>" else str(operator), values=(value,))

    @v_args(inline=True)
    def like(self, path: Term, _word: Token, value: Value) -> Comparison:
        return Comparison(path=path, operator="LIKE", values=(value,))

    def within(self, children: list[Any]) -> Comparison:
        path, *values = _without_tokens(children)
        return Comparison(path=path, operator="IN", values=tuple(values))

    def without(self, children: list[Any]) -> Comparison:
        path, *values = _without_tokens(children)
        return Comparison(path=path, operator="NOT IN", values=tuple(values))

    def within_query(self, children: list[Any]) -> SemiJoin:
        path, query = _without_tokens(children)
        return SemiJoin(path=path, negated=False, query=query)

    def without_query(self, children: list[Any]) -> SemiJoin:
        path, query = _without_tokens(children)
        return SemiJoin(path=path, negated=True, query=query)

    def group_by(self, children: list[Any]) -> tuple[str, tuple[Any, ...]]:
        return ("group_by", _without_tokens(children))

    def order_by(self, children: list[Any]) -> tuple[str, tuple[Any, ...]]:
        return ("order_by", _without_tokens(children))

    def ordering(self, children: list[Any]) -> Ordering:
        words = {child.type for child in children if isinstance(child, Token)}
        return Ordering(term=children[0], descending="DESC" in words, nulls_last="LAST" in words)

    def limit(self, children: list[Token]) -> tuple[str, int]:
        return ("limit", _whole(children[-1]))

    def offset(self, children: list[Token]) -> tuple[str, int]:
        return ("offset", _whole(children[-1]))

    def query(self, children: list[Any]) -> Query:
        _select, selection, _from, name, *clauses = children
        return Query(select=selection, sobject=str(name), sobject_offset=name.start_pos, **dict(clauses))


def _without_tokens(children: list[Any]) -> tuple[Any, ...]:
    return tuple(child for child in children if not isinstance(child, Token))


def _whole(token: Token) -> int:
    if not token.isdigit():
        raise ApiError("MALFORMED_QUERY", f"unexpected token: '{token}'")
    return int(token)


@lru_cache(maxsize=2)
def _reader(*, aliases: bool) -> Lark:
    aliased = " | path NAME -> aliased" if aliases else ""
    grammar = _GRAMMAR.replace("<SPAN>", _SPAN).replace("<PART>", _PART).replace("<ALIASED>", aliased)
    return Lark(grammar, parser="lalr", start="query", transformer=_ToTree(), propagate_positions=False)
