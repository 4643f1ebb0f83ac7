"""Many operations in one request."""

from typing import Any

from talk_assets.conformance.bodies import least, line
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import same
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

BATCH = Chapter(
    name="batch",
    title="Batches",
    about="`POST /batch` with `operations`, each with `op` (`create`, `update`, `delete`, `undelete`), `resource`, and "
    "as needed `id`, `ifMatch`, `idempotencyKey` and `body`. The resource of a line is `orders/{id}/lines`.",
)


def _create(server: Server, resource: str = "contacts", **given: object) -> dict[str, Any]:
    body = {**least(resource), **server.marked(resource), **given}
    return {"op": "create", "resource": resource, "body": body}


@BATCH.says(
    "results",
    "The answer is 200 with `results`, one an operation in their order, each with `status`, and `etag` and `record` or "
    "`problem`.",
    capability="batch",
    needs=("etag",),
)
def _results(server: Server) -> None:
    operations = [_create(server, givenName=name) for name in ("A", "B", "C")]
    for operation, result in zip(operations, server.batch(*operations), strict=True):
        same(result, {"status": 201}, what="a creation in a batch")
        record = result.get("record")
        same(record if isinstance(record, dict) else {}, operation["body"], what="the record of a result")
        same(result, {"etag": f'"{result["record"].get("version")}"'}, what="a creation in a batch")


@BATCH.says(
    "single",
    "Each operation is judged by itself: one that is refused stops no other.",
    capability="batch",
    needs=("external_key",),
)
def _single(server: Server) -> None:
    key = server.key("contacts")
    results = server.batch(
        _create(server),
        _create(server, honorific="lord"),
        _create(server, externalKey=key),
        _create(server, externalKey=key),
    )
    if [result["status"] for result in results] != [201, 422, 201, 409]:
        raise BrokenError(f"good, bad, good, taken were answered {', '.join(str(one['status']) for one in results)}.")
    same(results[1].get("problem") or {}, {"status": 422}, what="the problem of a refused operation")
    same(results[3].get("problem") or {}, {"existingId": results[2]["record"]["id"]}, what="the problem of a taken key")


@BATCH.says(
    "sequence",
    "They run in order: a later one on the same record names the version the earlier one makes.",
    capability="batch",
    needs=(
        "etag",
        "tombstones",
    ),
)
def _sequence(server: Server) -> None:
    record = server.made_as("contacts")
    named = {"resource": "contacts", "id": record["id"]}
    version = record["version"]
    results = server.batch(
        {"op": "update", **named, "ifMatch": version, "body": {"givenName": "A"}},
        {"op": "update", **named, "ifMatch": f'"{version + 1}"', "body": {"givenName": "B"}},
        {"op": "update", **named, "ifMatch": version, "body": {"givenName": "C"}},
        {"op": "delete", **named, "ifMatch": version + 2},
        {"op": "undelete", **named},
    )
    if [result["status"] for result in results] != [200, 200, 412, 204, 200]:
        raise BrokenError(f"five operations were answered {', '.join(str(one['status']) for one in results)}.")
    server.get(f"/contacts/{record['id']}").expect(200).has({"givenName": "B", "version": version + 4})


@BATCH.says("condition", "`ifMatch` is required as `If-Match` is: 428 without.", capability="batch", needs=("etag",))
def _condition(server: Server) -> None:
    record = server.made_as("contacts")
    named = {"resource": "contacts", "id": record["id"]}
    results = server.batch({"op": "update", **named, "body": {"givenName": "A"}}, {"op": "delete", **named})
    if [result["status"] for result in results] != [428, 428]:
        raise BrokenError(f"without ifMatch the answer is {', '.join(str(one['status']) for one in results)}.")


@BATCH.says("lines", "Lines are made, changed and removed in batches too.", capability="batch", needs=("etag",))
def _lines(server: Server) -> None:
    product = server.made_as("products")["id"]
    order = server.made_as("orders", lines=[line(product)])
    address = {"resource": f"orders/{order['id']}/lines"}
    first = {"id": order["lines"][0]["id"]}
    version = order["version"]
    results = server.batch(
        {"op": "create", **address, "ifMatch": version, "body": line(product, quantity=5)},
        {"op": "update", **address, **first, "ifMatch": version + 1, "body": {"quantity": 7}},
        {"op": "delete", **address, **first, "ifMatch": version + 2},
    )
    if [result["status"] for result in results] != [201, 200, 204]:
        raise BrokenError(
            f"three operations on lines were answered {', '.join(str(one['status']) for one in results)}."
        )
    quantities = [item.get("quantity") for item in server.get(f"/orders/{order['id']}").object().get("lines") or []]
    if quantities != [5]:
        raise BrokenError(f"after them the quantities are {quantities}.")


@BATCH.says(
    "repeated",
    "`idempotencyKey` is an operation's own: sent again it gets the same result and makes no second record; with "
    "another body it is 422.",
    capability="batch",
    needs=("idempotency",),
)
def _repeated(server: Server) -> None:
    operation = {**_create(server), "idempotencyKey": f"{server.traces.mark}-batch"}
    first, again = server.batch(operation)[0], server.batch(operation)[0]
    if first["status"] != 201 or again.get("record") != first.get("record"):  # noqa: PLR2004 - the status itself
        raise BrokenError(f"a creation sent again was answered {again['status']} and another record.")
    other = {**operation, "body": {**operation["body"], "givenName": "Other"}}
    same(server.batch(other)[0], {"status": 422}, what="the same idempotencyKey with another body")


@BATCH.says("size", "A batch has 1 to 500 operations; any other is refused whole, with 422.", capability="batch")
def _size(server: Server) -> None:
    server.post("/batch", {"operations": []}).expect(422)
    refused = {"op": "delete", "resource": "contacts", "id": "conformance-no-such-record", "ifMatch": 1}
    if {result["status"] for result in server.batch(*[refused] * 500)} != {404}:
        raise BrokenError("500 deletions of a record that never was were not each answered 404.")
    server.post("/batch", {"operations": [refused] * 501}).expect(422)


@BATCH.says("malformed", "An operation that cannot be read is refused by itself, with 422.", capability="batch")
def _malformed(server: Server) -> None:
    results = server.batch(
        {"op": "conformance", "resource": "contacts"},
        {"op": "create", "resource": "nothing", "body": {}},
        _create(server),
    )
    if [result["status"] for result in results] != [422, 422, 201]:
        raise BrokenError(
            f"two unreadable operations and a good one: {', '.join(str(one['status']) for one in results)}."
        )
