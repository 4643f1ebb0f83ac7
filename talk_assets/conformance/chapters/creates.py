"""Making records."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from talk_assets.conformance.bodies import RESOURCES, least
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import same
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import BASE, Server

CREATE = Chapter(
    name="create",
    title="Creating",
    about="`POST /{resource}`, where the resources are `contacts`, `products`, `quotes` and `orders`.",
)
_PATIENCE = 20
"""Looks at a list, a second apart, before a record counts as never found."""


@CREATE.says("answer", "A record that is made is answered with 201 and the record as it is stored.")
def _answer(server: Server) -> None:
    for resource in RESOURCES:
        sent = {**least(resource), **server.marked(resource)}
        reply = server.post(f"/{resource}", sent).expect(201).has(sent)
        if not isinstance(reply.object().get("id"), str):
            raise BrokenError(f"{reply.asked}: the record has no `id`.")
        server.get(f"/{resource}/{reply.object()['id']}").expect(200).has(reply.object())


@CREATE.says("location", "`Location` names the address of the new record.")
def _location(server: Server) -> None:
    reply = server.post("/contacts", {**least("contacts"), **server.marked("contacts")}).expect(201)
    path = urlsplit(reply.headers.get("Location", "")).path
    own = f"{BASE}/contacts/{reply.object().get('id')}"
    if not path.endswith(own):
        raise BrokenError(f"{reply.asked}: Location is {path or 'missing'} where …{own} is promised.")


@CREATE.says("etag", "`ETag` is the new record's version.", capability="etag")
def _etag(server: Server) -> None:
    reply = server.post("/contacts", {**least("contacts"), **server.marked("contacts")}).expect(201)
    own = f'"{reply.object().get("version")}"'
    if reply.headers.get("ETag") != own:
        raise BrokenError(f"{reply.asked}: ETag is {reply.headers.get('ETag')} where {own} is promised.")


@CREATE.says("visible", "A record that is made is found at once, by lists and by its key.", capability="visibility_lag")
def _visible(server: Server) -> None:
    address = f"{server.traces.mark}.seen@example.com"
    record = server.made_as("contacts", email=address)
    key = record.get("externalKey")
    asked = {"email": address} if key is None else {"externalKey": str(key)}
    waited = 0
    while not server.get("/contacts", asked).expect(200).object().get("items"):
        if waited == _PATIENCE:
            raise BrokenError(f"GET /contacts?{next(iter(asked))}=… does not find it within {_PATIENCE} s.")
        server.sleep(1.0)
        waited += 1
    if waited:
        server.lag = float(waited)
        raise BrokenError(f"it was found {waited} s after it was made.")


@CREATE.says(
    "key", "`externalKey` is a text of up to 64 characters that the client chooses.", capability="external_key"
)
def _key(server: Server) -> None:
    key = server.key("contacts")
    longest = key + "x" * (64 - len(key))
    server.traces.keys[longest] = "contacts"
    server.post("/contacts", {**least("contacts"), "externalKey": longest}).expect(201).has({"externalKey": longest})
    server.post("/contacts", {**least("contacts"), "externalKey": longest + "x"}).expect(422)


@CREATE.says(
    "key-taken",
    "A key that another record of the resource has is refused with 409, whose `existingId` names that record.",
    capability="external_key",
)
def _key_taken(server: Server) -> None:
    for resource in RESOURCES:
        record = server.made_as(resource)
        body = {**least(resource), "externalKey": record["externalKey"]}
        server.post(f"/{resource}", body).expect(409).has({"existingId": record["id"]})


@CREATE.says(
    "key-kept",
    "A deleted record keeps its key: it is refused in the same way.",
    capability="external_key",
    needs=("tombstones",),
)
def _key_kept(server: Server) -> None:
    record = server.made_as("contacts")
    path = f"/contacts/{record['id']}"
    server.delete(path, If_Match=server.etag(path)).expect(204)
    body = {**least("contacts"), "externalKey": record["externalKey"]}
    server.post("/contacts", body).expect(409).has({"existingId": record["id"]})


@CREATE.says(
    "repeated",
    "`Idempotency-Key`: the same request sent again within 24 hours gets the same answer and makes no second record.",
    capability="idempotency",
)
def _repeated(server: Server) -> None:
    token = server.new_token()
    body = {**least("contacts"), "notes": token}
    first = server.post("/contacts", body, Idempotency_Key=token).expect(201)
    again = server.post("/contacts", body, Idempotency_Key=token).expect(201)
    same(again.object(), first.object(), what="the same request sent again")


@CREATE.says(
    "repeated-other", "The same `Idempotency-Key` with another body is refused with 422.", capability="idempotency"
)
def _repeated_other(server: Server) -> None:
    token = server.new_token()
    server.post("/contacts", least("contacts"), Idempotency_Key=token).expect(201)
    server.post("/contacts", {**least("contacts"), "familyName": "Other"}, Idempotency_Key=token).expect(422)


@CREATE.says(
    "repeated-beside",
    "While a request with the same `Idempotency-Key` is running the answer is 409, or that request's answer; one "
    "record is made.",
    capability="idempotency",
)
def _repeated_beside(server: Server) -> None:
    token = server.new_token()

    def make(_: int) -> str | None:
        body = {**least("contacts"), "notes": token}
        reply = server.post("/contacts", body, Idempotency_Key=token).expect(201, 409)
        return None if reply.failed else str(reply.object().get("id"))

    with ThreadPoolExecutor(max_workers=4) as threads:
        made = set(threads.map(make, range(4))) - {None}
    if len(made) != 1:
        raise BrokenError(f"four requests with one Idempotency-Key at the same time made {len(made)} records.")


@CREATE.says("refused", "A request that is refused makes nothing.", capability="external_key")
def _refused(server: Server) -> None:
    key = server.key("orders")
    server.post("/orders", {**least("orders"), "externalKey": key, "lines": [{"quantity": 1}]}).expect(422)
    if any(record.get("externalKey") == key for record in server.listed("orders", externalKey=key)):
        raise BrokenError("POST /orders answered 422 and made the order nevertheless.")
