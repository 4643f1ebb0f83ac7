"""Queries and their pages.

Source: REST API Developer Guide, "Query" and "QueryAll".
"""

from __future__ import annotations

import re

from ..desk import Desk
from ..errors import ApiError
from ..soql.columns import describe_columns
from ..soql.run import run, run_on
from ..wire import Answer, Call

_LEAST, _MOST = 200, 2_000
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


def query(desk: Desk, call: Call) -> Answer:
    """GET /query?q= and /queryAll?q=; the latter sees the recycle bin. With columns=true, what its columns are."""
    text = call.query.get("q")
    if text is None:
        raise ApiError("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    with_deleted = call.segments[0].lower() == "queryall"
    if call.query.get("columns", "").lower() == "true":
        return Answer(body=describe_columns(desk.tx, text, now=desk.org.clock(), with_deleted=with_deleted))
    answer = run(
        desk.tx,
        text,
        now=desk.org.clock(),
        with_deleted=with_deleted,
        page=_page(call),
        base=call.base,
        cursors=desk.org.cursors,
    )
    return Answer(body=answer)


def next_page(desk: Desk, call: Call, locator: str) -> Answer:
    """GET /query/01g…-2000."""
    return Answer(body=run_on(desk.tx, locator, base=call.base, cursors=desk.org.cursors))


def _page(call: Call) -> int:
    """Return the size of a page: 200 to 2,000, which is also the default."""
    wished = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    return _MOST if wished is None else min(max(int(wished.group(1)), _LEAST), _MOST)
