"""The HTTP endpoints of the Customerp API."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from talk_assets.sandbox.customerp.answers import json_response, problem_response, written
from talk_assets.sandbox.customerp.batch import Batch, parse
from talk_assets.sandbox.customerp.database import Answer, Change, Database
from talk_assets.sandbox.customerp.exact_json import decode, encode
from talk_assets.sandbox.customerp.feed import Bell
from talk_assets.sandbox.customerp.idempotency import Idempotency, fingerprint
from talk_assets.sandbox.customerp.lines import Lines
from talk_assets.sandbox.customerp.problems import ProblemError
from talk_assets.sandbox.customerp.queries import cursor_after, refuse_unknown, search_of, whole
from talk_assets.sandbox.customerp.records import Records, etag
from talk_assets.sandbox.customerp.resources import Resource
from talk_assets.sandbox.customerp.settings import CustomerpSettings
from talk_assets.sandbox.customerp.stamps import Counters, Stamps, rfc3339
from talk_assets.sandbox.customerp.webhooks import Webhooks

Endpoint = Callable[[Request], Awaitable[Response]]
MAX_WAIT = 25
_MAX_ORIGIN = 64
_MERGE_PATCH = "application/merge-patch+json"


class Endpoints:
    """The endpoints over one database. All of them run on one event loop, one write at a time."""

    def __init__(self, *, database: Database, stamps: Stamps, settings: CustomerpSettings) -> None:
        """Serve *database*."""
        self._database = database
        self._stamps = stamps
        self._settings = settings
        self._counters = Counters(database.counters())
        self.records = Records(database=database, stamps=stamps, counters=self._counters)
        self._lines = Lines(self.records)
        self._idempotency = Idempotency(database=database, stamps=stamps, hours=settings.idempotency_hours)
        self._batch = Batch(
            records=self.records,
            lines=self._lines,
            idempotency=self._idempotency,
            resources=settings.profile.resources,
        )
        self._offsets = not settings.profile.has("paging")
        self.webhooks = Webhooks(settings.webhooks, newest=database.last_seq, clock=stamps.now)
        self.bell = Bell(rung=self.webhooks.ring)

    def release(self) -> None:
        """End what waits: the server stops."""
        self.bell.release()
        self.webhooks.release()

    def list(self, resource: Resource) -> Endpoint:
        """GET /{resource}."""

        async def endpoint(request: Request) -> Response:
            as_of = rfc3339(self._stamps.now())
            search = search_of(resource, request.query_params, offsets=self._offsets)
            most = min(search.limit, self._settings.page_rows)
            found = self._database.search(replace(search, limit=most + 1, shown_by=self._shown_by()))
            rows = found[:most]
            more = "null"
            if len(found) > len(rows):
                after = str(search.skip + len(rows)) if self._offsets else cursor_after(rows[-1][0], rows[-1][1])
                more = f'"{after}"'
            items = ",".join([body for _, _, body in rows])
            return json_response(f'{{"items":[{items}],"next":{more},"asOf":"{as_of}"}}')

        return endpoint

    def create(self, resource: Resource) -> Endpoint:
        """POST /{resource}."""

        async def endpoint(request: Request) -> Response:
            return await self._post(
                request, lambda body: self.records.create(resource, decode(body), origin=_origin(request))
            )

        return endpoint

    def read(self, resource: Resource) -> Endpoint:
        """GET /{resource}/{id}."""

        async def endpoint(request: Request) -> Response:
            row = self.records.find(resource, request.path_params["id"])
            headers = {"ETag": etag(row.version)}
            if row.deleted:
                return json_response(row.body, status=410, headers=headers)
            given = request.headers.get("if-none-match", "")
            tags = [tag.strip().removeprefix("W/") for tag in given.split(",")]
            if etag(row.version) in tags or "*" in tags:
                return Response(status_code=304, headers=headers)
            return json_response(row.body, headers=headers)

        return endpoint

    def update(self, resource: Resource) -> Endpoint:
        """PATCH /{resource}/{id}."""

        async def endpoint(request: Request) -> Response:
            body = await self._body(request, media_type=_MERGE_PATCH)
            return self._write(
                lambda: self.records.update(
                    resource,
                    request.path_params["id"],
                    decode(body),
                    if_match=request.headers.get("if-match"),
                    origin=_origin(request),
                )
            )

        return endpoint

    def delete(self, resource: Resource) -> Endpoint:
        """DELETE /{resource}/{id}."""

        async def endpoint(request: Request) -> Response:
            return self._write(
                lambda: self.records.delete(
                    resource,
                    request.path_params["id"],
                    if_match=request.headers.get("if-match"),
                    origin=_origin(request),
                )
            )

        return endpoint

    def undelete(self, resource: Resource) -> Endpoint:
        """POST /{resource}/{id}:undelete."""

        async def endpoint(request: Request) -> Response:
            return self._write(
                lambda: self.records.undelete(
                    resource,
                    request.path_params["id"],
                    if_match=request.headers.get("if-match"),
                    origin=_origin(request),
                )
            )

        return endpoint

    def create_line(self, resource: Resource) -> Endpoint:
        """POST /{resource}/{id}/lines."""

        async def endpoint(request: Request) -> Response:
            return await self._post(
                request,
                lambda body: self._lines.create(
                    resource,
                    request.path_params["id"],
                    decode(body),
                    if_match=request.headers.get("if-match"),
                    origin=_origin(request),
                ),
            )

        return endpoint

    def update_line(self, resource: Resource) -> Endpoint:
        """PATCH /{resource}/{id}/lines/{lineId}."""

        async def endpoint(request: Request) -> Response:
            body = await self._body(request, media_type=_MERGE_PATCH)
            return self._write(
                lambda: self._lines.update(
                    resource,
                    request.path_params["id"],
                    request.path_params["lineId"],
                    decode(body),
                    if_match=request.headers.get("if-match"),
                    origin=_origin(request),
                )
            )

        return endpoint

    def delete_line(self, resource: Resource) -> Endpoint:
        """DELETE /{resource}/{id}/lines/{lineId}."""

        async def endpoint(request: Request) -> Response:
            return self._write(
                lambda: self._lines.delete(
                    resource,
                    request.path_params["id"],
                    request.path_params["lineId"],
                    if_match=request.headers.get("if-match"),
                    origin=_origin(request),
                )
            )

        return endpoint

    async def batch(self, request: Request) -> Response:
        """POST /batch."""
        operations = parse(await self._body(request, media_type="application/json"))
        origin = _origin(request)
        with self._database.transaction():
            answer = self._batch.run(operations, origin=origin)
            self._database.keep_counters(self._counters.moved())
        self.bell.ring()
        return json_response(answer)

    async def changes(self, request: Request) -> Response:
        """GET /changes; with `wait` the answer is held until there is a change to tell."""
        query = request.query_params
        refuse_unknown(query, ("since", "limit", "wait"))
        since = whole(query, "since", default=0, lowest=0, highest=2**63 - 1)
        limit = whole(query, "limit", default=1000, lowest=0, highest=1000)
        wait = whole(query, "wait", default=0, lowest=0, highest=MAX_WAIT)
        if wait and self._database.last_seq(shown_by=self._shown_by()) <= since:
            await self.bell.wait(wait)
        shown_by = self._shown_by()
        changes = self._database.changes(since=since, limit=limit, shown_by=shown_by)
        last = changes[-1].seq if changes else self._database.last_seq(shown_by=shown_by)
        items = [_item(change) for change in changes]
        return json_response(encode({"items": items, "last": last, "tenant": self._settings.tenant}))

    async def info(self, _: Request) -> Response:
        """GET /api/v1/: who answers, and what it can do."""
        return json_response(
            encode(
                {
                    "tenant": self._settings.tenant,
                    "name": "Embedded Customerp",
                    "version": "1.0",
                    "serverTime": rfc3339(self._stamps.now()),
                    "capabilities": self._settings.profile.announced(),
                }
            )
        )

    def _shown_by(self) -> str | None:
        """The newest stamp that lists and the feed show by now; None where they show everything."""
        delay = self._settings.profile.delay
        return rfc3339(self._stamps.now() - delay) if delay else None

    async def _post(self, request: Request, run: Callable[[bytes], Answer]) -> Response:
        key = request.headers.get("idempotency-key")
        if key is None:
            body = await self._body(request, media_type="application/json")
            return self._write(lambda: run(body))
        self._idempotency.begin(key)
        try:
            body = await self._body(request, media_type="application/json")
            mark = fingerprint(request.url.path, body)
            return self._write(lambda: self._idempotency.once(key, mark, lambda: run(body)))
        finally:
            self._idempotency.end(key)

    def _write(self, run: Callable[[], Answer]) -> Response:
        try:
            with self._database.transaction():
                answer = run()
                self._database.keep_counters(self._counters.moved())
        except ProblemError as problem:
            return problem_response(problem)
        self.bell.ring()
        return written(answer)

    async def _body(self, request: Request, *, media_type: str) -> bytes:
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != media_type:
            headers = {"Accept-Patch" if request.method == "PATCH" else "Accept": media_type}
            raise ProblemError(415, "media_type", f"{media_type} is expected.", headers=headers)
        return await request.body()


def _origin(request: Request) -> str | None:
    origin = request.headers.get("x-change-origin", "").strip()
    if len(origin) > _MAX_ORIGIN:
        raise ProblemError(400, "malformed", f"X-Change-Origin has at most {_MAX_ORIGIN} characters.")
    return origin or None


def _item(change: Change) -> dict[str, object]:
    return {
        "seq": change.seq,
        "resource": change.resource,
        "id": change.id,
        "updatedAt": change.updated_at,
        "deleted": change.deleted,
        "origin": change.origin,
    }
