"""Which rows changed or went in a span of time.

Source: REST API Developer Guide, "Get Updated" and "Get Deleted".
"""

# ruff: noqa: S608 - identifiers come from the catalogue; no value is ever put into a statement

from __future__ import annotations

from datetime import datetime, timedelta

from ..desk import Desk
from ..errors import ApiError
from ..stamps import read_datetime, stamp
from ..wire import Answer, Call
from .rows import object_named

_REACH_UPDATED, _REACH_DELETED = timedelta(days=30), timedelta(days=15)
_MOST_IDS = 600_000


def updated(desk: Desk, call: Call, name: str) -> Answer:
    """GET /sobjects/X/updated?start=&end=."""
    start, end = _window(call, desk.org.clock(), _REACH_UPDATED)
    table = desk.tx.tables[object_named(desk.tx, name).name]
    rows = desk.tx.rows(
        f"SELECT Id FROM {table.name} WHERE SystemModstamp >= ? AND SystemModstamp < ? AND IsDeleted = 0 ORDER BY Id",
        (stamp(start), stamp(end)),
    )
    if len(rows) > _MOST_IDS:
        raise ApiError("EXCEEDED_ID_LIMIT", f"more than {_MOST_IDS} ids in the window")
    return Answer(
        body={"ids": [row[0] for row in rows], "latestDateCovered": stamp(min(end, _minute(desk.org.clock())))}
    )


def deleted(desk: Desk, call: Call, name: str) -> Answer:
    """GET /sobjects/X/deleted?start=&end=."""
    now = desk.org.clock()
    start, end = _window(call, now, _REACH_DELETED)
    table = desk.tx.tables[object_named(desk.tx, name).name]
    rows = desk.tx.rows(
        f"SELECT Id, SystemModstamp FROM {table.name} WHERE SystemModstamp >= ? AND SystemModstamp < ? "
        "AND IsDeleted = 1 ORDER BY SystemModstamp, Id",
        (stamp(start), stamp(end)),
    )
    answer = {
        "deletedRecords": [{"id": record_id, "deletedDate": at} for record_id, at in rows],
        "earliestDateAvailable": stamp(_minute(now - _REACH_DELETED)),
        "latestDateCovered": stamp(min(end, _minute(now))),
    }
    return Answer(body=answer)


def _window(call: Call, now: datetime, reach: timedelta) -> tuple[datetime, datetime]:
    """Return the asked span in whole minutes, or raise INVALID_REPLICATION_DATE."""
    start, end = read_datetime(call.query.get("start", "")), read_datetime(call.query.get("end", ""))
    if start is None or end is None:
        raise ApiError("INVALID_REPLICATION_DATE", "startDate and endDate must be dates with a time zone")
    start, end = _minute(start), _minute(end)
    if end - start < timedelta(minutes=1):
        raise ApiError("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
    if start < _minute(now - reach):
        message = f"startDate cannot be more than {reach.days} days ago"
        raise ApiError("INVALID_REPLICATION_DATE", message)
    return start, end


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
