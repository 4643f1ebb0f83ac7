"""Quotes and orders: totals, numbers and what a status allows."""

from decimal import Decimal

from talk_assets.conformance.bodies import DOCUMENTS as RESOURCES
from talk_assets.conformance.bodies import Body, least, line
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

DOCUMENTS = Chapter(name="documents", title="Quotes and orders")
_DETAILS: dict[str, Body] = {"quotes": {"discountPercent": 10}, "orders": {}}


@DOCUMENTS.says("whole", "A document is made together with its lines, or not at all.")
def _whole(server: Server) -> None:
    product = server.made_as("products")["id"]
    for resource in RESOURCES:
        made = server.made_as(resource, lines=[line(product), line(product, quantity=3)])
        if [item.get("quantity") for item in made.get("lines") or []] != [2, 3]:
            raise BrokenError(f"POST /{resource} with two lines answered others.")
        marked = server.marked(resource)
        body = {**least(resource), **marked, "lines": [line(product), line("conformance-no-such-record")]}
        server.post(f"/{resource}", body).expect(422)
        if marked and server.listed(resource, externalKey=str(marked["externalKey"])):
            raise BrokenError(f"POST /{resource} with a refused line made the document.")


@DOCUMENTS.says(
    "totals",
    "`lineTotal` is `quantity` x `unitPrice`, less `discountPercent`, rounded half to even to 2 decimals; `netAmount` "
    "is their sum. A quote also has `subtotal`, the sum before discounts, and `totalAmount`, with `taxAmount` and "
    "`freightAmount`.",
)
def _totals(server: Server) -> None:
    product = server.made_as("products")["id"]
    given = {"lines": [line(product, quantity=3, unitPrice=0.335, discountPercent=10), line(product, unitPrice=1.5)]}
    quote = server.made_as("quotes", **given, taxAmount=1, freightAmount=2)
    expected = {"subtotal": "4.00", "netAmount": "3.90", "totalAmount": "6.90"}
    # 3 x 0.335 is 1.005, which rounds to the even cent below; less 10 per cent it is 0.9045.
    _amounts(quote, expected, what="a quote")
    _amounts(quote["lines"][0], {"lineTotal": "0.90"}, what="a quote's line")
    order = server.made_as("orders", lines=[line(product, quantity=3, unitPrice=0.335), line(product, unitPrice=1.5)])
    _amounts(order, {"netAmount": "4.00"}, what="an order")


@DOCUMENTS.says("number", "Each has a `number` of its own, which the server gives.")
def _number(server: Server) -> None:
    for resource in RESOURCES:
        numbers = [server.made_as(resource).get("number") for _ in range(2)]
        if not all(isinstance(number, str) and number for number in numbers) or len(set(numbers)) != len(numbers):
            raise BrokenError(f"two records of {resource} have the numbers {numbers[0]} and {numbers[1]}.")


@DOCUMENTS.says("status", "A new quote is `draft`, a new order `open`, unless its request says otherwise.")
def _status(server: Server) -> None:
    for resource, status, other in (("quotes", "draft", "sent"), ("orders", "open", "confirmed")):
        if (
            server.made_as(resource).get("status") != status
            or server.made_as(resource, status=other)["status"] != other
        ):
            raise BrokenError(f"a new record of {resource} has another status than it should.")


@DOCUMENTS.says(
    "settled",
    "A quote that is `accepted` or `declined` is frozen but for `status` and `externalKey`: 422, `code` being "
    "`locked`. So are its lines.",
)
def _settled(server: Server) -> None:
    product = server.made_as("products")["id"]
    for status in ("accepted", "declined"):
        quote = server.made_as("quotes", status=status, lines=[line(product)])
        path = f"/quotes/{quote['id']}"
        _locked(server, "PATCH", path, {"title": "Other"})
        _locked(server, "PATCH", f"{path}/lines/{quote['lines'][0]['id']}", {"quantity": 9})
        server.patch(path, {"status": "draft", "title": "Other"}, If_Match=server.etag(path)).expect(200)


@DOCUMENTS.says(
    "locked", "The lines of an order that is `confirmed` or `cancelled` are locked; its other properties are not."
)
def _lines_locked(server: Server) -> None:
    product = server.made_as("products")["id"]
    for status in ("confirmed", "cancelled"):
        order = server.made_as("orders", status=status, lines=[line(product)])
        path = f"/orders/{order['id']}"
        _locked(server, "POST", f"{path}/lines", line(product))
        _locked(server, "PATCH", f"{path}/lines/{order['lines'][0]['id']}", {"quantity": 9})
        _locked(server, "DELETE", f"{path}/lines/{order['lines'][0]['id']}", None)
        server.patch(path, {"title": "Other"}, If_Match=server.etag(path)).expect(200)


def _locked(server: Server, method: str, path: str, body: object) -> None:
    document = "/".join(path.split("/")[:3])
    tag = server.etag(document)
    reply = server.send(method, path, body=body, headers={"If-Match": tag} if tag else {}).expect(422)
    if not any(error.get("code") == "locked" for error in reply.problems()):
        raise BrokenError(f"{reply.asked} is refused with another code than locked.")


def _amounts(found: Body, expected: dict[str, str], *, what: str) -> None:
    for name, text in expected.items():
        if found.get(name) != Decimal(text):
            raise BrokenError(f"{name} of {what} is {found.get(name)} where {text} is promised.")
