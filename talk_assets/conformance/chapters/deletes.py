"""Deleting records, and bringing them back."""

from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

DELETE = Chapter(
    name="delete", title="Deleting", about="`DELETE /{resource}/{id}` and `POST /{resource}/{id}:undelete`."
)


def _contact(server: Server, **given: object) -> tuple[str, str | None]:
    path = f"/contacts/{server.made_as('contacts', **given)['id']}"
    return path, server.etag(path)


@DELETE.says("answer", "A deletion is answered with 204; the record is in no list any more.")
def _answer(server: Server) -> None:
    path, tag = _contact(server)
    if server.delete(path, If_Match=tag).expect(204).text:
        raise BrokenError(f"DELETE {path} answered 204 with a body.")
    server.get(path).expect(404, 410)
    if server.listed("contacts", ids=path.rpartition("/")[2]):
        raise BrokenError("a deleted record is still in the list.")


@DELETE.says("condition", "`If-Match` is required: 428 without, 412 with another version.", capability="etag")
def _condition(server: Server) -> None:
    path, _ = _contact(server)
    server.delete(path).expect(428)
    server.delete(path, If_Match='"99"').expect(412)
    server.get(path).expect(200).has({"deleted": False})


@DELETE.says(
    "tombstone",
    "A deleted record is read with 410, as its tombstone: with all properties, `deleted` being true, in a version of "
    "its own.",
    capability="tombstones",
    needs=("etag",),
)
def _tombstone(server: Server) -> None:
    path, tag = _contact(server, givenName="Zoë")
    version = server.get(path).object()["version"]
    server.delete(path, If_Match=tag).expect(204)
    server.get(path).expect(410).has({"deleted": True, "givenName": "Zoë", "version": version + 1})


@DELETE.says("closed", "A deleted record is not changed: 410.", capability="tombstones")
def _closed(server: Server) -> None:
    path, tag = _contact(server)
    server.delete(path, If_Match=tag).expect(204)
    server.patch(path, {"givenName": "A"}, If_Match=server.etag(path)).expect(410)
    server.delete(path, If_Match=server.etag(path)).expect(410)


@DELETE.says(
    "undelete",
    "A deleted record comes back as it was, in a new version: 200.",
    capability="tombstones",
    needs=("etag",),
)
def _undelete(server: Server) -> None:
    path, tag = _contact(server, givenName="Zoë")
    version = server.get(path).object()["version"]
    server.delete(path, If_Match=tag).expect(204)
    reply = server.post(f"{path}:undelete").expect(200)
    reply.has({"deleted": False, "givenName": "Zoë", "version": version + 2})
    server.get(path).expect(200).has(reply.object())


@DELETE.says("referred", "A record that another one refers to is not deleted: 409.")
def _referred(server: Server) -> None:
    path, tag = _contact(server)
    server.made_as("orders", contactId=path.rpartition("/")[2])
    server.delete(path, If_Match=tag).expect(409)
    server.get(path).expect(200).has({"deleted": False})


@DELETE.says("missing", "A record that never was is answered with 404.")
def _missing(server: Server) -> None:
    server.delete("/contacts/conformance-no-such-record", If_Match='"1"').expect(404)
