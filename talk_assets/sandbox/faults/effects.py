"""What each kind of fault does to a request."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import msgspec

from talk_assets.sandbox.faults.batches import refused, spoiled, with_results
from talk_assets.sandbox.faults.errors import error, html_page
from talk_assets.sandbox.faults.exchange import Exchange, Said
from talk_assets.sandbox.faults.past import Past
from talk_assets.sandbox.faults.request import Json
from talk_assets.sandbox.faults.values import normalised

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(kw_only=True)
class Scene:
    """What a fault has to work with: the end's past, how it ends sessions, and the list page before this one."""

    past: Past
    end_sessions: Callable[[], None]
    last_rows: list[Any]


Given = Mapping[str, Any]
"""The parameters of a fault."""
Effect = Callable[[Exchange, Scene, Given], Awaitable[None]]


async def _refuse(exchange: Exchange, _: Scene, given: Given) -> None:
    await exchange.answer(error(exchange.asked.end, given["status"], retry_after=given["retry_after"]))


async def _commit_then_refuse(exchange: Exchange, scene: Scene, given: Given) -> None:
    await exchange.run()
    await _refuse(exchange, scene, given)


async def _reset(exchange: Exchange, _: Scene, __: Given) -> None:
    await exchange.reset()


async def _commit_then_reset(exchange: Exchange, _: Scene, __: Given) -> None:
    await exchange.run()
    await exchange.reset()


async def _timeout(exchange: Exchange, _: Scene, given: Given) -> None:
    await exchange.silence(given["seconds"])


async def _commit_then_timeout(exchange: Exchange, _: Scene, given: Given) -> None:
    await exchange.run()
    await exchange.silence(given["seconds"])


async def _slow(exchange: Exchange, _: Scene, given: Given) -> None:
    await asyncio.sleep(given["seconds"])
    await exchange.answer(await exchange.run())


async def _slow_drip(exchange: Exchange, _: Scene, given: Given) -> None:
    said = await exchange.run()
    await exchange.begin(said)
    size = max(1, -(-len(said.body) // given["pieces"]))
    for start in range(0, len(said.body), size):
        await asyncio.sleep(given["seconds"] / given["pieces"])
        await exchange.part(said.body[start : start + size])
    await exchange.send({"type": "http.response.body", "body": b""})


async def _reset_mid_body(exchange: Exchange, _: Scene, __: Given) -> None:
    said = await exchange.run()
    await exchange.begin(said, length=len(said.body) or 1)
    await exchange.part(said.body[: len(said.body) // 2])
    await exchange.reset()


async def _truncated_json(exchange: Exchange, _: Scene, __: Given) -> None:
    said = await exchange.run()
    await exchange.answer(replace(said, body=said.body[: len(said.body) // 2]))


async def _html_page(exchange: Exchange, _: Scene, given: Given) -> None:
    if given["commit"]:
        await exchange.run()
    await exchange.answer(html_page(given["status"]))


async def _failed_records(exchange: Exchange, _: Scene, given: Given) -> None:
    asked = exchange.asked
    found = spoiled(asked, given["index"])
    if found is None:
        await exchange.answer(await exchange.run())
        return
    body, places = found
    said = await exchange.run(body=_ENCODER.encode(body))
    facts = {name: given[name] for name in ("code", "message", "status", "fields")}
    await exchange.answer(_changed(said, lambda answer: refused(asked, answer, places, **facts)))


async def _lock_row(exchange: Exchange, scene: Scene, given: Given) -> None:
    locked = {
        "code": "UNABLE_TO_LOCK_ROW",
        "message": "unable to obtain exclusive access to this record",
        "status": 0,
        "fields": [],
    }
    await _failed_records(exchange, scene, {**given, **locked})


async def _miscounted_results(exchange: Exchange, _: Scene, given: Given) -> None:
    def change(results: list[Any]) -> list[Any]:
        return results[: given["change"]] if given["change"] < 0 else [*results, *results[-given["change"] :]]

    said = await exchange.run()
    await exchange.answer(_changed(said, lambda answer: with_results(exchange.asked, answer, change)))


async def _request_limit(exchange: Exchange, _: Scene, __: Given) -> None:
    await exchange.answer(error(exchange.asked.end, 403))


async def _expired_token(exchange: Exchange, scene: Scene, __: Given) -> None:
    scene.end_sessions()
    await exchange.answer(error(exchange.asked.end, 401))


async def _stale_read(exchange: Exchange, scene: Scene, __: Given) -> None:
    if exchange.waits:
        await exchange.pass_on()
        return
    with scene.past.shown():
        said = await exchange.run()
    await exchange.answer(said)


async def _late_commit(exchange: Exchange, scene: Scene, given: Given) -> None:
    before = scene.past.images()
    said = await exchange.run()
    scene.past.hide(before, seconds=given["seconds"])
    await exchange.answer(said)


async def _duplicate_rows(exchange: Exchange, _: Scene, given: Given) -> None:
    await exchange.answer(_rows_changed(await exchange.run(), lambda rows: [*rows, *rows[: given["rows"]]]))


async def _shuffled_rows(exchange: Exchange, _: Scene, __: Given) -> None:
    await exchange.answer(_rows_changed(await exchange.run(), lambda rows: rows[::-1]))


async def _shifted_rows(exchange: Exchange, scene: Scene, given: Given) -> None:
    repeated = scene.last_rows[-given["rows"] :] if given["rows"] > 0 else []
    await exchange.answer(_rows_changed(await exchange.run(), lambda rows: [*repeated, *rows]))


async def _normalised_values(exchange: Exchange, _: Scene, given: Given) -> None:
    body = exchange.asked.json
    changed = normalised(body, names=frozenset(given["properties"]), how=given["how"])
    await exchange.answer(await exchange.run(body=None if changed == body else _ENCODER.encode(changed)))


async def _skewed_date(exchange: Exchange, scene: Scene, given: Given) -> None:
    said = await exchange.run()
    dates = [value for name, value in said.headers if name.lower() == b"date"]
    now = parsedate_to_datetime(dates[0].decode()) if dates else scene.past.clock()
    skewed = format_datetime(now + timedelta(seconds=given["seconds"]), usegmt=True).encode()
    headers = [(name, value) for name, value in said.headers if name.lower() != b"date"]
    await exchange.answer(replace(said, headers=[*headers, (b"date", skewed)]))


EFFECTS: dict[str, Effect] = {
    "refuse": _refuse,
    "commit_then_refuse": _commit_then_refuse,
    "reset": _reset,
    "commit_then_reset": _commit_then_reset,
    "timeout": _timeout,
    "commit_then_timeout": _commit_then_timeout,
    "slow": _slow,
    "slow_drip": _slow_drip,
    "reset_mid_body": _reset_mid_body,
    "truncated_json": _truncated_json,
    "html_page": _html_page,
    "failed_records": _failed_records,
    "lock_row": _lock_row,
    "miscounted_results": _miscounted_results,
    "request_limit": _request_limit,
    "expired_token": _expired_token,
    "stale_read": _stale_read,
    "late_commit": _late_commit,
    "duplicate_rows": _duplicate_rows,
    "shuffled_rows": _shuffled_rows,
    "shifted_rows": _shifted_rows,
    "normalised_values": _normalised_values,
    "skewed_date": _skewed_date,
}


def rows_of(said: Said) -> list[Any]:
    """Return the rows of a list's answer, empty for any other."""
    answer = said.json
    if not isinstance(answer, dict):
        return []
    return next((answer[name] for name in _LISTS if isinstance(answer.get(name), list)), [])


_LISTS = ("items", "records")


def _rows_changed(said: Said, change: Callable[[list[Any]], Iterable[Any]]) -> Said:
    def changed(answer: Json) -> Json:
        if not isinstance(answer, dict):
            return answer
        return {
            name: list(change(value)) if name in _LISTS and isinstance(value, list) else value
            for name, value in answer.items()
        }

    return _changed(said, changed)


def _changed(said: Said, change: Callable[[Json], Json]) -> Said:
    answer = said.json
    return said if answer is None else replace(said, body=_ENCODER.encode(change(answer)))
