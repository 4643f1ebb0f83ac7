"""The lines of a document, one at a time."""

from urllib.parse import urlsplit

from talk_assets.conformance.bodies import DOCUMENTS, Body, line
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import same
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

LINES = Chapter(
    name="lines",
    title="Lines",
    about="`POST /{resource}/{id}/lines`, `PATCH` and `DELETE /{resource}/{id}/lines/{lineId}`, under the document's "
    "version.",
)


def _document(server: Server, resource: str) -> tuple[str, Body, str]:
    """Make a document of one line; return its path, the line and the product's id."""
    product = str(server.made_as("products")["id"])
    document = server.made_as(resource, lines=[line(product, externalKey=f"{server.traces.mark}-1")])
    return f"/{resource}/{document['id']}", document["lines"][0], product


@LINES.says("add", "A line is added with 201, the line and its `Location`; it goes behind the others.")
def _add(server: Server) -> None:
    for resource in DOCUMENTS:
        path, first, product = _document(server, resource)
        reply = server.post(f"{path}/lines", line(product, quantity=5), If_Match=server.etag(path)).expect(201)
        added = reply.has({"quantity": 5, "productId": product}).object()
        if not urlsplit(reply.headers.get("Location", "")).path.endswith(f"{path}/lines/{added.get('id')}"):
            raise BrokenError(f"{reply.asked}: Location is {reply.headers.get('Location')}.")
        lines = server.get(path).object().get("lines") or []
        if [item.get("id") for item in lines] != [first["id"], added.get("id")]:
            raise BrokenError(f"the lines of {path} are not the old one and the new one.")


@LINES.says("change", "A line is changed by a merge patch with 200 and the line; the others stay as they are.")
def _change(server: Server) -> None:
    path, first, product = _document(server, "orders")
    server.post(f"{path}/lines", line(product), If_Match=server.etag(path)).expect(201)
    one = f"{path}/lines/{first['id']}"
    server.patch(one, {"quantity": 7}, If_Match=server.etag(path)).expect(200).has({"quantity": 7, "unitPrice": 10})
    quantities = [item.get("quantity") for item in server.get(path).object().get("lines") or []]
    if quantities != [7, 2]:
        raise BrokenError(f"after PATCH {one} the quantities are {quantities}.")


@LINES.says("remove", "A line is removed with 204; its id is 404 then.")
def _remove(server: Server) -> None:
    for resource in DOCUMENTS:
        path, first, _ = _document(server, resource)
        one = f"{path}/lines/{first['id']}"
        server.delete(one, If_Match=server.etag(path)).expect(204)
        if server.get(path).object().get("lines") != []:
            raise BrokenError(f"after DELETE {one} the line is still there.")
        server.patch(one, {"quantity": 7}, If_Match=server.etag(path)).expect(404)


@LINES.says(
    "version",
    "Every change of a line is a new version of the document, which `ETag` of the answer names; totals move with it.",
    capability="etag",
)
def _version(server: Server) -> None:
    path, first, _ = _document(server, "orders")
    before = server.get(path).object()
    reply = server.patch(f"{path}/lines/{first['id']}", {"quantity": 3}, If_Match=server.etag(path)).expect(200)
    after = server.get(path).object()
    same(after, {"version": before["version"] + 1, "netAmount": 30}, what=f"{path} after a change of its line")
    if reply.headers.get("ETag") != server.etag(path):
        raise BrokenError(f"{reply.asked}: ETag is {reply.headers.get('ETag')}, the document's {server.etag(path)}.")


@LINES.says("condition", "`If-Match` names the document's version: 428 without, 412 with another.", capability="etag")
def _condition(server: Server) -> None:
    path, first, product = _document(server, "orders")
    one = f"{path}/lines/{first['id']}"
    for reply in (
        server.post(f"{path}/lines", line(product)),
        server.patch(one, {"quantity": 9}),
        server.delete(one),
    ):
        reply.expect(428)
    for reply in (
        server.post(f"{path}/lines", line(product), If_Match='"99"'),
        server.patch(one, {"quantity": 9}, If_Match='"99"'),
        server.delete(one, If_Match='"99"'),
    ):
        reply.expect(412)
    if [item.get("quantity") for item in server.get(path).object().get("lines") or []] != [2]:
        raise BrokenError(f"a refused change of the lines of {path} was made.")


@LINES.says(
    "key",
    "`externalKey` of a line is unique in its document: 409 names the line that has it.",
    capability="external_key",
)
def _key(server: Server) -> None:
    path, first, product = _document(server, "orders")
    body = line(product, externalKey=first["externalKey"])
    server.post(f"{path}/lines", body, If_Match=server.etag(path)).expect(409).has({"existingId": first["id"]})


@LINES.says("refused", "A line is judged like a record: unknown, wrong and missing properties are refused with 422.")
def _refused(server: Server) -> None:
    path, first, product = _document(server, "orders")
    for body in (line(product, conformance=1), line(product, quantity=0), {"productId": product}, line("nothing")):
        server.post(f"{path}/lines", body, If_Match=server.etag(path)).expect(422)
    server.patch(f"{path}/lines/{first['id']}", {"quantity": None}, If_Match=server.etag(path)).expect(422)


@LINES.says("own-address", "A patch of the document that carries `lines` is refused with 422.")
def _own_address(server: Server) -> None:
    path, _, _ = _document(server, "orders")
    server.patch(path, {"lines": []}, If_Match=server.etag(path)).expect(422)
