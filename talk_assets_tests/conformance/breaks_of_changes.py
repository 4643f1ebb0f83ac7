"""Servers that break a sentence on changing, lists, documents, batches, the feed and errors."""

from decimal import Decimal

from talk_assets_tests.conformance.bends import (
    DROP,
    LINE,
    MERGE_PATCH,
    NOTHING,
    ONE,
    RECORD,
    answered,
    answers_header,
    asked,
    body,
    breaks,
    header,
    lay,
    made_in_part,
    of_items,
    query,
    said,
    status,
    unconditional,
    when_missing,
)

# Changing
answered(
    "update.only",
    "PATCH",
    ONE,
    said(address=lambda place: {**place, "postalCode": None} if place else place),
)
asked(
    "update.null",
    "PATCH",
    ONE,
    lambda x: setattr(x, "body", {k: v for k, v in x.body.items() if v is not None}),
    alone=False,
)
answered("update.etag", "PATCH", ONE, lambda x: lay(x.answered, {"etag": lambda _: x.headers["if-match"]}))
asked("update.condition", "PATCH", ONE, when_missing)
asked("update.stale", "PATCH", ONE, lambda x: "if-match" in x.headers and unconditional(x))
asked("update.refused", "PATCH", ONE, body(honorific=DROP))
asked("update.key", "PATCH", ONE, body(externalKey=DROP), alone=False)
answered("update.key-taken", "PATCH", ONE, status(409, 200))
asked("update.media-type", "PATCH", ONE, header(content_type=MERGE_PATCH))
answered("update.missing", "PATCH", ONE, status(404, 204))


@breaks("update.answer", alone=False)
async def _only_what_was_sent(x):
    sent = x.body
    await x.run()
    if x.is_("PATCH", ONE) and x.status == 200:
        x.said = sent


# Deleting
asked("delete.condition", "DELETE", ONE, when_missing)
answered("delete.tombstone", "GET", ONE, lambda x: x.status == 410 and x.said.pop("givenName"))
answered("delete.closed", "PATCH", ONE, status(410, 404))
answered("delete.undelete", "POST", ".*:undelete", said(givenName=DROP))
answered("delete.referred", "DELETE", ONE, status(409, 204), alone=False)
answered("delete.missing", "DELETE", ONE, status(404, 204))


@breaks("delete.answer", alone=False)
async def _nothing_deleted(x):
    if x.is_("DELETE", ONE):
        x.status = 204
    else:
        await x.run()


# Lists
answered("lists.answer", "GET", RECORD, said(asOf=DROP), alone=False)
asked("lists.limit", "GET", RECORD, query(limit=lambda limit: limit if limit == "1" else "1000"))
asked("lists.unknown", "GET", RECORD, query(conformance=DROP))
asked("lists.unreadable", "GET", RECORD, lambda x: x.query.get("cursor") == "!" and x.query.pop("cursor"))
answered("lists.order", "GET", RECORD, of_items(lambda _, items: items[::-1]))
answered(
    "lists.updated-since",
    "GET",
    RECORD,
    of_items(lambda x, items: [item for item in items if item["updatedAt"] != x.query.get("updatedSince")]),
)
answered("lists.as-of", "GET", RECORD, said(asOf="2099-01-01T00:00:00.000000Z"), alone=False)
asked("lists.deleted", "GET", RECORD, query(deleted=lambda shown: "exclude" if shown == "include" else shown))
asked("lists.by-key", "GET", RECORD, query(externalKey=DROP))
asked("lists.by-ids", "GET", RECORD, query(ids=DROP))
answered(
    "lists.by-email",
    "GET",
    "/contacts",
    of_items(lambda x, items: [item for item in items if x.query.get("email", item["email"]) == item["email"]]),
)
asked("lists.by-number", "GET", "/orders", query(purchaseOrderNumber=DROP))

# Paging
answered(
    "paging.whole",
    "GET",
    RECORD,
    of_items(lambda x, items: items + items[:1] if "cursor" in x.query else items),
    alone=False,
)
asked("paging.size", "GET", RECORD, query(limit=lambda limit: "1" if limit == "2" else limit))
answered("paging.first", "GET", RECORD, lambda x: x.query.get("limit") == "1" and x.said.update(next=None), alone=False)


@breaks("paging.steady")
async def _by_offset(x):
    if not x.is_("GET", RECORD):
        await x.run()
        return
    offset, limit = int(x.query.pop("cursor", "0")), int(x.query.get("limit", "100"))
    x.query["limit"] = "1000"
    await x.run()
    items = x.said["items"]
    x.said["items"] = items[offset : offset + limit]
    x.said["next"] = str(offset + limit) if offset + limit < len(items) else None


# Documents
answered("documents.totals", "POST", "/quotes", said(netAmount=lambda amount: amount + Decimal("0.01")))
answered("documents.number", "POST", "/quotes", said(number="1"))
answered("documents.status", "POST", "/orders", said(status=lambda one: "confirmed" if one == "open" else one))
answered("documents.settled", "PATCH", "/quotes/.*", lambda x: x.status == 422 and x.said.pop("errors"))
answered("documents.locked", "PATCH", "/orders/.*/lines/.*", status(422, 200))


@breaks("documents.whole")
async def _made_without_its_lines(x):
    await made_in_part(x, "quotes")


# Lines
answered("lines.add", "POST", LINE, answers_header(location=DROP))
asked("lines.change", "PATCH", LINE, lambda x: x.body.pop("quantity", None), alone=False)
answered("lines.version", "PATCH", LINE, answers_header(etag=DROP))
asked("lines.condition", "DELETE", LINE, when_missing)
asked("lines.key", "POST", LINE, body(externalKey=DROP))
asked("lines.refused", "POST", LINE, body(conformance=DROP))
asked("lines.own-address", "PATCH", ONE, body(lines=DROP))


@breaks("lines.remove")
async def _line_stays(x):
    if x.is_("DELETE", LINE) and x.headers.get("if-match", '"99"') != '"99"':
        x.status = 204
    else:
        await x.run()


# Batches
def operations(change):
    """Change each operation of a batch."""

    def changed(x):
        if isinstance(x.body, dict):
            x.body["operations"] = [change(one) for one in x.body["operations"]]

    return changed


answered("batch.results", "POST", "/batch", lambda x: "results" in x.said and x.said["results"].reverse(), alone=False)
asked("batch.sequence", "POST", "/batch", operations(lambda one: {**one, "ifMatch": "*"} if "ifMatch" in one else one))
asked("batch.condition", "POST", "/batch", operations(lambda one: {"ifMatch": "*", **one}))
asked("batch.lines", "POST", "/batch", operations(lambda one: {**one, "resource": str(one["resource"]).split("/")[0]}))
asked(
    "batch.repeated", "POST", "/batch", operations(lambda one: {k: v for k, v in one.items() if k != "idempotencyKey"})
)
asked("batch.size", "POST", "/batch", body(operations=lambda all_of_them: all_of_them[:500]))


@breaks("batch.single")
async def _all_or_none(x):
    await x.run()
    if x.is_("POST", "/batch") and isinstance(x.body, dict) and len(x.body["operations"]) == 4:
        for result in x.said["results"]:
            result["status"] = 422


@breaks("batch.malformed")
async def _refused_whole(x):
    known = {"create", "update", "delete", "undelete"}
    if x.is_("POST", "/batch") and not {one.get("op") for one in x.body["operations"]} <= known:
        x.body = {"operations": []}
    await x.run()


# The change feed
answered(
    "changes.answer", "GET", "/changes", lambda x: x.query.get("since") != "0" and x.said.update(last=0), alone=False
)
answered("changes.every", "GET", "/changes", of_items(lambda _, items: [item for item in items if not item["deleted"]]))
answered(
    "changes.lines",
    "GET",
    "/changes",
    of_items(lambda _, items: [item for item in items if item["resource"] != "orders"]),
)
answered("changes.order", "GET", "/changes", of_items(lambda _, items: items[::-1]), alone=False)
asked("changes.pages", "GET", "/changes", lambda x: x.query.get("limit") != "0" and x.query.pop("limit", None))
answered("changes.origin", "GET", "/changes", of_items(lambda _, items: [{**item, "origin": None} for item in items]))
answered(
    "changes.beyond",
    "GET",
    "/changes",
    lambda x: x.said.get("items") == [] and x.said.update(last=int(x.query.get("since", 0))),
    alone=False,
)
answered("changes.wait", "GET", "/changes", lambda x: x.query.get("wait") == "10" and x.said.update(items=[]))
asked("changes.wait-ends", "GET", "/changes", query(wait=DROP), alone=False)

# Errors
answered("errors.malformed", "POST", "/contacts", status(400, 422))
answered("errors.named", "POST", "/contacts", said(errors=lambda errors: errors[:1]))
answered("errors.nothing", "PUT", ".*", status(405, 404), alone=False)
answered("errors.problems", "GET", ".*", lambda x: x.status >= 400 and x.answered.update({"content-type": "text/html"}))
answered("errors.failures", "GET", f".*{NOTHING}", lambda x: (setattr(x, "status", 500), x.said.update(status=500)))
answered("errors.patience", "GET", f".*{NOTHING}", lambda x: (setattr(x, "status", 429), x.said.update(status=429)))
