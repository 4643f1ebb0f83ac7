"""Changing records."""

from talk_assets.conformance.bodies import PLACE
from talk_assets.conformance.chapters.properties import refused
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import same
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

UPDATE = Chapter(
    name="update",
    title="Changing",
    about="`PATCH /{resource}/{id}` with `application/merge-patch+json` (RFC 7396).",
)


def _contact(server: Server, **given: object) -> tuple[str, str | None]:
    """Make a contact; return its path and its entity tag."""
    path = f"/contacts/{server.made_as('contacts', **given)['id']}"
    return path, server.etag(path)


@UPDATE.says("answer", "A change is answered with 200 and the whole record as it is stored.")
def _answer(server: Server) -> None:
    path, tag = _contact(server, givenName="Zoë")
    reply = server.patch(path, {"jobTitle": "Researcher"}, If_Match=tag).expect(200)
    reply.has({"jobTitle": "Researcher", "givenName": "Zoë", "familyName": "Conformance"})
    server.get(path).expect(200).has(reply.object())


@UPDATE.says("only", "Only what the patch names is changed; the properties of an address count singly.")
def _only(server: Server) -> None:
    path, tag = _contact(server, givenName="Zoë", address=PLACE)
    before = server.get(path).object()
    patch = {"address": {"city": "Lyon", "region": None}}
    after = server.patch(path, patch, If_Match=tag).expect(200).object()
    moved = ("updatedAt", "version", "address")
    same(after, {name: value for name, value in before.items() if name not in moved}, what=f"PATCH {path}")
    same(after.get("address") or {}, {**PLACE, "city": "Lyon", "region": None}, what=f"the address after PATCH {path}")


@UPDATE.says("null", "null takes a value away.")
def _null(server: Server) -> None:
    path, tag = _contact(server, givenName="Zoë", address=PLACE, emailOptOut=True)
    patch = {"givenName": None, "address": None}
    server.patch(path, patch, If_Match=tag).expect(200).has({**patch, "emailOptOut": True})


@UPDATE.says("etag", "`ETag` of the answer is the new version.", capability="etag")
def _etag(server: Server) -> None:
    path, tag = _contact(server)
    reply = server.patch(path, {"givenName": "A"}, If_Match=tag).expect(200)
    if reply.headers.get("ETag") != f'"{reply.object().get("version")}"' or reply.headers.get("ETag") == tag:
        raise BrokenError(
            f"{reply.asked}: ETag is {reply.headers.get('ETag')}, version {reply.object().get('version')}."
        )


@UPDATE.says("condition", "`If-Match` is required: 428 without, and nothing is changed.", capability="etag")
def _condition(server: Server) -> None:
    path, _ = _contact(server, givenName="Zoë")
    server.patch(path, {"givenName": "A"}).expect(428)
    server.get(path).expect(200).has({"givenName": "Zoë"})


@UPDATE.says(
    "stale",
    "A tag that is not the record's version any more is refused with 412, and nothing is changed.",
    capability="etag",
)
def _stale(server: Server) -> None:
    path, tag = _contact(server)
    server.patch(path, {"givenName": "First"}, If_Match=tag).expect(200)
    server.patch(path, {"givenName": "Second"}, If_Match=tag).expect(412)
    server.get(path).expect(200).has({"givenName": "First"})


@UPDATE.says("refused", "A patch with one refused property is refused whole, with 422.")
def _refused(server: Server) -> None:
    path, tag = _contact(server, givenName="Zoë")
    refused(server.patch(path, {"givenName": "A", "honorific": "lord"}, If_Match=tag), "/honorific", "enum")
    refused(server.patch(path, {"givenName": "A", "conformance": 1}, If_Match=tag), "/conformance", "unknown")
    refused(server.patch(path, {"familyName": None}, If_Match=tag), "/familyName", "required")
    server.get(path).expect(200).has({"givenName": "Zoë"})


@UPDATE.says("key", "`externalKey` can be given later, and taken away.", capability="external_key")
def _key(server: Server) -> None:
    path, tag = _contact(server)
    key = server.key("contacts")
    server.patch(path, {"externalKey": key}, If_Match=tag).expect(200).has({"externalKey": key})
    server.patch(path, {"externalKey": None}, If_Match=server.etag(path)).expect(200).has({"externalKey": None})


@UPDATE.says("key-taken", "A key of another record is refused with 409.", capability="external_key")
def _key_taken(server: Server) -> None:
    other = server.made_as("contacts")
    path, tag = _contact(server)
    server.patch(path, {"externalKey": other["externalKey"]}, If_Match=tag).expect(409)


@UPDATE.says("media-type", "A body of another media type is refused with 415.")
def _media_type(server: Server) -> None:
    path, tag = _contact(server)
    sent = {"If-Match": tag} if tag else {}
    server.send("PATCH", path, content=b'{"givenName":"A"}', media_type="text/plain", headers=sent).expect(415)
    server.send("POST", "/contacts", content=b'{"familyName":"A"}', media_type="text/plain").expect(415)


@UPDATE.says("missing", "A record that never was is answered with 404.")
def _missing(server: Server) -> None:
    server.patch("/contacts/conformance-no-such-record", {"givenName": "A"}, If_Match='"1"').expect(404)
