"""Lists and their filters."""

from datetime import datetime, timedelta

from talk_assets.conformance.bodies import RESOURCES, Body
from talk_assets.conformance.findings import BrokenError, NeedError
from talk_assets.conformance.reply import needs
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

LISTS = Chapter(name="lists", title="Lists", about="`GET /{resource}`. All filters given must be met.")


@LISTS.says(
    "answer",
    "A list is `items`, whole records; `next`, the cursor of the following page, or null at the end; and `asOf`, the "
    "server's time when the query began.",
    writes=False,
)
def _answer(server: Server) -> None:
    for resource in RESOURCES:
        reply = server.get(f"/{resource}", {"limit": "2"}).expect(200)
        page = reply.object()
        needs(page, ("items", "next", "asOf"), what=reply.asked)
        if not isinstance(page["items"], list) or not isinstance(page["next"], str | None):
            raise BrokenError(f"{reply.asked}: `items` is no array, or `next` neither text nor null.")
        moment(str(page["asOf"]), what=f"asOf of {reply.asked}")


@LISTS.says("limit", "`limit` is 1 to 1000, and no page is longer; any other is refused with 400.", writes=False)
def _limit(server: Server) -> None:
    for limit in ("1", "1000"):
        items = server.get("/contacts", {"limit": limit}).expect(200).object().get("items") or []
        if len(items) > int(limit):
            raise BrokenError(f"GET /contacts?limit={limit} answered {len(items)} records.")
    for limit in ("0", "1001", "-1", "many"):
        server.get("/contacts", {"limit": limit}).expect(400)


@LISTS.says("unknown", "An unknown parameter is refused with 400: a filter is never left out silently.", writes=False)
def _unknown(server: Server) -> None:
    for resource in RESOURCES:
        server.get(f"/{resource}", {"conformance": "1"}).expect(400)


@LISTS.says(
    "unreadable",
    "So is a parameter that cannot be read: a cursor or a time that is none, `deleted=maybe`.",
    writes=False,
)
def _unreadable(server: Server) -> None:
    for name, value in {"cursor": "!", "updatedSince": "yesterday", "deleted": "maybe"}.items():
        server.get("/contacts", {name: value}).expect(400)


@LISTS.says("order", "Records come in the order of (`updatedAt`, `id`).", capability="paging", writes=False)
def _order(server: Server) -> None:
    for resource in RESOURCES:
        items = server.get(f"/{resource}", {"limit": "1000", "deleted": "include"}).expect(200).object().get("items")
        places = [(str(item.get("updatedAt")), str(item.get("id"))) for item in items or []]
        if places != sorted(places):
            raise BrokenError(f"GET /{resource} has records in another order.")


@LISTS.says("updated-since", "`updatedSince` leaves out what was changed last before that time, and nothing else.")
def _updated_since(server: Server) -> None:
    began = server.began()
    first = server.made_as("contacts")
    server.step()
    second = server.made_as("contacts")
    whole = _ids(server.listed("contacts", updatedSince=began))
    if not {first["id"], second["id"]} <= whole:
        raise BrokenError("GET /contacts?updatedSince leaves out records that were made after that time.")
    later = _ids(server.listed("contacts", updatedSince=str(second["updatedAt"])))
    if first["id"] in later or second["id"] not in later:
        raise BrokenError("GET /contacts?updatedSince=T does not begin with what was changed at T.")


@LISTS.says("as-of", "`asOf` is not later than any change made after the query began.")
def _as_of(server: Server) -> None:
    before = moment(str(server.get("/contacts", {"limit": "1"}).expect(200).object().get("asOf")), what="asOf")
    made = moment(str(server.made_as("contacts").get("updatedAt")), what="updatedAt")
    after = moment(str(server.get("/contacts", {"limit": "1"}).expect(200).object().get("asOf")), what="asOf")
    if not before - timedelta(seconds=server.grain) <= made <= after:
        raise BrokenError(f"a record made between two lists as of {before} and {after} was changed at {made}.")


@LISTS.says(
    "deleted",
    "Deleted records are left out, unless `deleted=include`; then they come as tombstones.",
    capability="tombstones",
)
def _deleted(server: Server) -> None:
    began = server.began()
    record = server.made_as("contacts")
    path = f"/contacts/{record['id']}"
    server.delete(path, If_Match=server.etag(path)).expect(204)
    for shown in ("exclude", "include"):
        found = [
            item for item in server.listed("contacts", updatedSince=began, deleted=shown) if item["id"] == record["id"]
        ]
        if bool(found) != (shown == "include"):
            raise BrokenError(f"GET /contacts?deleted={shown} {'has' if found else 'lacks'} a deleted record.")
        if found and found[0].get("deleted") is not True:
            raise BrokenError("the tombstone in the list is not `deleted`.")


@LISTS.says("by-key", "`externalKey` finds the record that has that key, and no other.", capability="external_key")
def _by_key(server: Server) -> None:
    for resource in RESOURCES:
        record = server.made_as(resource)
        server.made_as(resource)
        _only(server, resource, record, externalKey=str(record["externalKey"]))


@LISTS.says("by-ids", "`ids` finds up to 500 records by their ids, separated by commas; unknown ones are left out.")
def _by_ids(server: Server) -> None:
    first, second = server.made_as("contacts"), server.made_as("contacts")
    server.made_as("contacts")
    known = [str(first["id"]), str(second["id"])]
    found = _ids(server.listed("contacts", ids=",".join([*known, "conformance-no-such-record"])))
    if found != set(known):
        raise BrokenError(f"GET /contacts?ids=… of two records found {len(found)}.")
    most = [f"x{number}" for number in range(501)]
    server.get("/contacts", {"ids": ",".join(most[:500])}).expect(200)
    server.get("/contacts", {"ids": ",".join(most)}).expect(400)


@LISTS.says("by-email", "`email` finds contacts by their e-mail address, whatever its case.")
def _by_email(server: Server) -> None:
    address = f"{server.traces.mark}.Zoe@Example.com"
    record = server.made_as("contacts", email=address)
    for asked in (address, address.lower(), address.upper()):
        _only(server, "contacts", record, email=asked)


@LISTS.says(
    "by-number",
    "`number` finds products, quotes and orders by their number, `purchaseOrderNumber` orders by the customer's.",
)
def _by_number(server: Server) -> None:
    number = f"{server.traces.mark}-n"
    _only(server, "products", server.made_as("products", number=number), number=number)
    _only(server, "orders", server.made_as("orders", purchaseOrderNumber=number), purchaseOrderNumber=number)
    for resource in ("quotes", "orders"):
        record = server.made_as(resource)
        if not isinstance(record.get("number"), str):
            raise BrokenError(f"a new record of {resource} has no `number`.")
        _only(server, resource, record, number=record["number"])


def _only(server: Server, resource: str, record: Body, **params: str) -> None:
    found = _ids(server.listed(resource, **params))
    if found != {record["id"]}:
        name = next(iter(params))
        raise BrokenError(f"GET /{resource}?{name}=… found {len(found)} records where 1 has it.")


def _ids(records: list[Body]) -> set[str]:
    return {str(record.get("id")) for record in records}


def moment(text: str, *, what: str) -> datetime:
    """Return the time that *text* is.

    Raises:
        BrokenError: it is none, or without its offset.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BrokenError(f"{what} is {text}, no time of RFC 3339.") from None
    if found.tzinfo is None:
        raise NeedError(f"{what} is {text}, without an offset from UTC.")
    return found
