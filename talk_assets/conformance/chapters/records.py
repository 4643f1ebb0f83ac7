"""What every record has, and reading one."""

import re

from talk_assets.conformance.bodies import RESOURCES, SYSTEM
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import needs
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

RECORDS = Chapter(name="records", title="Records", about="`GET /{resource}/{id}` reads one.")
_OF_CAPABILITY = {"version": "etag", "externalKey": "external_key"}
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|\+00:00)")
_WHOLE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)")


@RECORDS.says("system", f"Every record has {', '.join(f'`{name}`' for name in SYSTEM)}.")
def _system(server: Server) -> None:
    for resource in RESOURCES:
        record = server.made_as(resource)
        names = [name for name in SYSTEM if _OF_CAPABILITY.get(name) not in server.lacking]
        needs(record, names, what=f"a record of {resource}")
        if record["deleted"] is not False or record.get("version", 1) != 1:
            raise BrokenError(f"a new record of {resource} is not of version 1, or is deleted.")


@RECORDS.says("id", "`id` is a text that never changes and is never given again; a client reads nothing into it.")
def _id(server: Server) -> None:
    first, second = server.made_as("contacts"), server.made_as("contacts")
    if first["id"] == second["id"]:
        raise BrokenError(f"two contacts have the id {first['id']}.")
    server.get(f"/contacts/{first['id']}").expect(200).has(first)


@RECORDS.says("stamps", "`createdAt` and `updatedAt` are times of RFC 3339 in UTC.")
def _stamps(server: Server) -> None:
    record = server.made_as("contacts")
    for name in ("createdAt", "updatedAt"):
        if _WHOLE.fullmatch(str(record.get(name))) is None:
            raise BrokenError(f"{name} is {record.get(name)}.")


@RECORDS.says("grain", "Their seconds have six decimals, and these are used.", capability="stamp_grain")
def _grain(server: Server) -> None:
    stamps = [str(server.made_as("contacts").get("updatedAt")) for _ in range(3)]
    for stamp in stamps:
        if _STAMP.fullmatch(stamp) is None:
            raise BrokenError(f"updatedAt is {stamp}.")
    if all(stamp[20:26].endswith("000") for stamp in stamps):
        raise BrokenError(f"the stamps of three records are {', '.join(stamps)}: none is finer than a millisecond.")


@RECORDS.says(
    "moves", "With every change `updatedAt` grows and `version` is one more; `createdAt` stays.", capability="etag"
)
def _moves(server: Server) -> None:
    before = server.made_as("contacts")
    path = f"/contacts/{before['id']}"
    server.step()
    after = server.patch(path, {"givenName": "A"}, If_Match=server.etag(path)).expect(200).object()
    if after.get("version") != before["version"] + 1:
        raise BrokenError(f"version {before['version']} became {after.get('version')} by one change.")
    if not str(after.get("updatedAt")) > str(before["updatedAt"]) or after.get("createdAt") != before["createdAt"]:
        raise BrokenError("updatedAt did not grow with a change, or createdAt did not stay.")


@RECORDS.says("etag", "A record is read with its version as a strong `ETag`: the number in quotes.", capability="etag")
def _etag(server: Server) -> None:
    for resource in RESOURCES:
        record = server.made_as(resource)
        reply = server.get(f"/{resource}/{record['id']}").expect(200).has(record)
        if reply.headers.get("ETag") != f'"{record["version"]}"':
            raise BrokenError(f"{reply.asked}: ETag is {reply.headers.get('ETag')}, version {record['version']}.")


@RECORDS.says("unchanged", "`If-None-Match` with that tag is answered with 304 and no body.", capability="etag")
def _unchanged(server: Server) -> None:
    record = server.made_as("contacts")
    path = f"/contacts/{record['id']}"
    tag = server.etag(path)
    if server.get(path, If_None_Match=tag).expect(304).text:
        raise BrokenError(f"GET {path} answered 304 with a body.")
    server.get(path, If_None_Match='"0"').expect(200)


@RECORDS.says("missing", "A record that never was is answered with 404, in every resource.", writes=False)
def _missing(server: Server) -> None:
    for resource in RESOURCES:
        server.get(f"/{resource}/conformance-no-such-record").expect(404)


@RECORDS.says("own", "An id of one resource is 404 in another.")
def _own(server: Server) -> None:
    record = server.made_as("contacts")
    for resource in ("products", "quotes", "orders"):
        server.get(f"/{resource}/{record['id']}").expect(404)
