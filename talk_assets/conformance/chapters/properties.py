"""The properties of each resource."""

from typing import Any

from talk_assets.conformance.bodies import DOCUMENTS, RESOURCES, least, line, whole
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import Reply, needs, same
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

PROPERTIES = Chapter(name="properties", title="Properties")
_LINE: dict[str, dict[str, Any]] = {
    "quotes": {"discountPercent": 12.5, "deliveryDate": "2026-04-01", "description": "Of the check"},
    "orders": {"deliveryDate": "2026-04-01", "deliveryEndDate": "2026-04-02", "description": "Of the check"},
}


def _all(resource: str) -> str:
    names = ", ".join(f"`{name}`" for name in whole(resource))
    return f"{names}"


def _stored(server: Server, resource: str, **references: object) -> None:
    sent = {**whole(resource), **references, **server.marked(resource)}
    made = server.post(f"/{resource}", sent).expect(201).has(sent).object()
    server.get(f"/{resource}/{made.get('id')}").expect(200).has(sent)


@PROPERTIES.says("contacts", f"A contact has {_all('contacts')}; what is sent is stored and shown.")
def _contacts(server: Server) -> None:
    _stored(server, "contacts")


@PROPERTIES.says("products", f"A product has {_all('products')}.")
def _products(server: Server) -> None:
    _stored(server, "products")


@PROPERTIES.says("quotes", f"A quote has {_all('quotes')}, `contactId` and `lines`.")
def _quotes(server: Server) -> None:
    _stored(server, "quotes", contactId=server.made_as("contacts")["id"])


@PROPERTIES.says("orders", f"An order has {_all('orders')}, `contactId`, `deliveryContactId`, `quoteId` and `lines`.")
def _orders(server: Server) -> None:
    contact = server.made_as("contacts")["id"]
    quote = server.made_as("quotes")["id"]
    _stored(server, "orders", contactId=contact, deliveryContactId=contact, quoteId=quote)


@PROPERTIES.says(
    "lines",
    "A line has `id`, `externalKey`, `position`, `productId`, `quantity`, `unitPrice`, `description` and "
    "`deliveryDate`; on a quote `discountPercent`, on an order `deliveryEndDate`.",
)
def _lines(server: Server) -> None:
    product = server.made_as("products")["id"]
    for resource in DOCUMENTS:
        sent = line(product, **_LINE[resource], externalKey=f"{server.traces.mark}-line", position=1)
        document = server.made_as(resource, lines=[sent])
        lines = document.get("lines")
        if not isinstance(lines, list) or len(lines) != 1 or not isinstance(lines[0], dict):
            raise BrokenError(f"POST /{resource} with one line answered other lines.")
        same(lines[0], sent, what=f"the line of a new record of {resource}")
        needs(lines[0], ("id",), what=f"the line of a new record of {resource}")


@PROPERTIES.says("shown", "Every property is shown, null where it has no value.")
def _shown(server: Server) -> None:
    for resource in RESOURCES:
        needs(server.made_as(resource), tuple(whole(resource)), what=f"a new record of {resource}")


@PROPERTIES.says(
    "unknown", "A property that a resource does not have is refused with 422, never dropped, `code` being `unknown`."
)
def _unknown(server: Server) -> None:
    for resource in RESOURCES:
        refused(server.post(f"/{resource}", {**least(resource), "conformance": 1}), "/conformance", "unknown")


@PROPERTIES.says("read-only", "A property that the server gives is refused with 422 when a request carries it.")
def _read_only(server: Server) -> None:
    for name, value in {"id": "X", "version": 7, "updatedAt": "2026-03-14T00:00:00Z", "deleted": True}.items():
        server.post("/contacts", {**least("contacts"), name: value}).expect(422)
    server.post("/orders", {**least("orders"), "netAmount": 1}).expect(422)


@PROPERTIES.says("required", "A property that is required and missing is refused with 422, `code` being `required`.")
def _required(server: Server) -> None:
    for resource, name in (
        *(("contacts", "familyName"), ("products", "number"), ("products", "name")),
        *(("quotes", "title"), ("orders", "orderDate")),
    ):
        body = {key: value for key, value in least(resource).items() if key != name}
        refused(server.post(f"/{resource}", body), f"/{name}", "required")


@PROPERTIES.says("party", "A quote or an order without `contactId` needs `companyName`: 422 without both.")
def _party(server: Server) -> None:
    for resource in DOCUMENTS:
        server.post(f"/{resource}", {**least(resource), "companyName": None}).expect(422)
        contact = server.made_as("contacts")["id"]
        server.made_as(resource, companyName=None, contactId=contact)


def refused(reply: Reply, pointer: str, code: str) -> None:
    """Return if *reply* refuses the property at *pointer* with *code*.

    Raises:
        BrokenError: it does not.
    """
    errors = reply.expect(422).problems()
    if not any(error.get("pointer") == pointer and error.get("code") == code for error in errors):
        seen = ", ".join(f"{error.get('pointer')} {error.get('code')}" for error in errors) or "nothing"
        raise BrokenError(f"{reply.asked} refused {seen} where {pointer} {code} is promised.")
