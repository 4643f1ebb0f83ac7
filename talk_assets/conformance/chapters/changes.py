"""The change feed."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import needs
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

CHANGES = Chapter(
    name="changes",
    title="Change feed",
    about="`GET /changes?since=&limit=&wait=`: one feed for all resources, in the order the changes were made.",
)
_WAIT = 10
_LATE = 5.0


def _feed(server: Server, since: int, **params: str) -> tuple[list[dict[str, Any]], int]:
    server.settle()
    reply = server.get("/changes", {"since": str(since), **params}).expect(200)
    items, last = reply.object().get("items"), reply.object().get("last")
    if not isinstance(items, list) or isinstance(last, bool) or not isinstance(last, int):
        raise BrokenError(f"{reply.asked} has no `items`, or no number `last`.")
    return items, last


def _newest(server: Server) -> int:
    return _feed(server, 0, limit="0")[1]


@CHANGES.says(
    "answer",
    "The answer is `items` and `last`, the number to ask from next time: that of the last item, or without items the "
    "newest.",
    capability="changes",
    writes=False,
)
def _answer(server: Server) -> None:
    newest = _newest(server)
    items, last = _feed(server, newest)
    if items and not last >= newest:
        raise BrokenError(f"GET /changes?since={newest}: `last` is {last}.")
    if not items and last != newest:
        raise BrokenError(f"GET /changes?since={newest} has no items, and `last` is {last}.")


@CHANGES.says(
    "every",
    "Every write makes an entry: `seq`, `resource`, `id`, `updatedAt`, `deleted` and `origin`.",
    capability="changes",
)
def _every(server: Server) -> None:
    since = _newest(server)
    record = server.made_as("contacts")
    path = f"/contacts/{record['id']}"
    changed = server.patch(path, {"givenName": "A"}, If_Match=server.etag(path)).expect(200).object()
    server.delete(path, If_Match=server.etag(path)).expect(204)
    entries = [item for item in _feed(server, since)[0] if item.get("id") == record["id"]]
    for entry in entries:
        needs(entry, ("seq", "resource", "id", "updatedAt", "deleted", "origin"), what="an entry of the feed")
    told = [(entry["resource"], entry["deleted"]) for entry in entries]
    if told != [("contacts", False), ("contacts", False), ("contacts", True)]:
        raise BrokenError(f"a contact that was made, changed and deleted has {len(told)} entries in the feed.")
    if entries[1]["updatedAt"] != changed["updatedAt"]:
        raise BrokenError("`updatedAt` of an entry is not that of the record.")


@CHANGES.says("lines", "A change of a line is an entry of its document.", capability="changes")
def _lines(server: Server) -> None:
    product = server.made_as("products")["id"]
    order = server.made_as("orders")
    since = _newest(server)
    path = f"/orders/{order['id']}"
    body = {"productId": product, "quantity": 1, "unitPrice": 1}
    server.post(f"{path}/lines", body, If_Match=server.etag(path)).expect(201)
    if ("orders", order["id"]) not in [(item.get("resource"), item.get("id")) for item in _feed(server, since)[0]]:
        raise BrokenError("a line that was added made no entry of its order.")


@CHANGES.says("order", "`seq` grows from entry to entry.", capability="changes")
def _order(server: Server) -> None:
    since = _newest(server)
    for _ in range(3):
        server.made_as("contacts")
    found = (item.get("seq") for item in _feed(server, since)[0])
    numbers = [number for number in found if isinstance(number, int)]
    if len(numbers) < 3:  # noqa: PLR2004 - as many as made
        raise BrokenError(f"three records made {len(numbers)} entries with a number.")
    if numbers != sorted(set(numbers)) or numbers[0] <= since:
        raise BrokenError(f"the numbers after {since} are {', '.join(map(str, numbers))}.")


@CHANGES.says(
    "pages",
    "`since` leaves out what came before, `limit` (0 to 1000) cuts what comes after; nothing is left out.",
    capability="changes",
)
def _pages(server: Server) -> None:
    since = _newest(server)
    made = [server.made_as("contacts")["id"] for _ in range(3)]
    found: list[Any] = []
    while len(found) <= len(made):
        items, since = _feed(server, since, limit="1")
        if len(items) > 1:
            raise BrokenError(f"GET /changes?limit=1 answered {len(items)} entries.")
        if not items:
            break
        found += [items[0].get("id")]
    if [one for one in found if one in made] != made:
        raise BrokenError("three records that were made are not three entries, one at a time.")
    server.get("/changes", {"limit": "1001"}).expect(400)


@CHANGES.says("origin", "`origin` is what the write's `X-Change-Origin` said, null without.", capability="changes")
def _origin(server: Server) -> None:
    since = _newest(server)
    record = server.made_as("contacts")
    path = f"/contacts/{record['id']}"
    server.patch(path, {"givenName": "A"}, If_Match=server.etag(path), X_Change_Origin="conformance").expect(200)
    told = [item.get("origin") for item in _feed(server, since)[0] if item.get("id") == record["id"]]
    if told != [None, "conformance"]:
        raise BrokenError(f"a write without and one with the origin conformance are told as {told}.")


@CHANGES.says(
    "beyond",
    "Asked from beyond its end, as after a backup was put back, the feed answers no items and the newest number.",
    capability="changes",
    writes=False,
)
def _beyond(server: Server) -> None:
    newest = _newest(server)
    items, last = _feed(server, newest + 1_000_000)
    if items or last >= newest + 1_000_000:
        raise BrokenError(f"GET /changes?since={newest + 1_000_000} has {len(items)} items, and `last` is {last}.")


@CHANGES.says(
    "wait",
    "`wait` (0 to 25 seconds) holds the answer until there is a change, which then is in it.",
    capability="changes",
    needs=("visibility_lag",),
)
def _wait(server: Server) -> None:
    since = _newest(server)
    server.get("/changes", {"wait": "26"}).expect(400)
    with ThreadPoolExecutor(max_workers=1) as threads:
        began = time.monotonic()
        waiting = threads.submit(
            server.send, "GET", "/changes", params={"since": str(since), "wait": str(_WAIT)}, wait=_WAIT
        )
        server.sleep(0.1)
        early = waiting.done()
        record = server.made_as("contacts")
        reply = waiting.result().expect(200)
    if early:
        raise BrokenError(f"{reply.asked} was answered before there was a change.")
    if record["id"] not in [item.get("id") for item in reply.object().get("items") or []]:
        raise BrokenError(f"{reply.asked} was answered without the change that ended it.")
    if time.monotonic() - began > _LATE:
        raise BrokenError(f"{reply.asked} was answered {time.monotonic() - began:.1f} s after there was a change.")


@CHANGES.says("wait-ends", "Without a change the answer comes when `wait` is over.", capability="changes", writes=False)
def _wait_ends(server: Server) -> None:
    began = time.monotonic()
    items, _ = _feed(server, _newest(server), wait="1")
    if not items and time.monotonic() - began < 0.8:  # noqa: PLR2004 - most of the second asked for
        raise BrokenError("GET /changes?wait=1 was answered at once, without a change.")
