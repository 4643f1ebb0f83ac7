"""The embedded Salesforce as an ASGI app.

Calls run on the event loop, one after the other: each is a few milliseconds of SQLite on one connection,
and the order in which they come is the order in which they are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..faults import Faults, FaultsMiddleware
from .dispatch import answer_bulk, answer_data
from .errors import ApiError, not_found
from .oauth import answer_token, user_info
from .org import Org
from .rest.discovery import versions
from .seed import seed
from .settings import SalesforceSettings
from .shapes import Policies, ShapeError
from .soap import answer_soap
from .stamps import utc_now
from .wire import write_json

_DATA = b"/services/data"
_METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]
_JSON = "application/json;charset=UTF-8"
_CSV = "text/csv"


def create_app(
    *,
    database: Path | None = None,
    settings: SalesforceSettings = SalesforceSettings(),  # noqa: B008 - frozen
    clock: Callable[[], datetime] = utc_now,
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """Return an org as an app; rows live in the SQLite file *database*, or in memory.

    *clock* gives aware datetimes and stamps everything the org does; one of its own also dates the answers,
    so the server should add no Date then. *middleware* stands between the
    network and the org. `app.state.faults` holds the faults that stand, `app.state.budget` the calls of the
    day, `app.state.close` closes the database.
    """
    org = Org(database=database, settings=settings, clock=clock)
    seed(org)
    pages = _Pages(org, dated=clock is not utc_now)

    routes = [
        *_both("/services/oauth2/token", pages.token, ["POST"]),
        *_both("/services/oauth2/revoke", pages.revoke, ["POST"]),
        *_both("/services/oauth2/userinfo", pages.identity, ["GET"]),
        *_both("/id/{organization}/{user}", pages.identity, ["GET"]),
        *_both("/services/Soap/u/{version}", pages.soap, ["POST"]),
        *_both("/services/Soap/u/{version}/{organization}", pages.soap, ["POST"]),
        *_both("/services/data", pages.versions, ["GET"]),
        *_both("/sandbox/requests", pages.requests, ["GET", "DELETE"]),
        *_both("/sandbox/rules", pages.rules, ["GET", "PUT", "DELETE"]),
        *_both("/sandbox/sessions", pages.sessions, ["DELETE"]),
        Route("/services/async/{rest:path}", pages.bulk, methods=["GET", "POST"]),
        Route("/services/data/{rest:path}", pages.data, methods=_METHODS),
        Route("/{rest:path}", pages.nothing, methods=_METHODS),
    ]
    faults = Faults(end="salesforce", shelf=org.shelf(), clock=clock, end_sessions=org.sessions.end_all)
    controls = [Middleware(FaultsMiddleware, faults=faults)] if settings.sandbox_controls else []
    app = Starlette(routes=routes, middleware=[*middleware, *controls], exception_handlers={Exception: _failed})

    def close() -> None:
        faults.clear()
        org.close()

    app.state.faults = faults
    app.state.budget = org.budget
    app.state.close = close
    return app


def _both(path: str, endpoint: Callable[[Request], object], methods: list[str]) -> list[Route]:
    return [Route(path, endpoint, methods=methods), Route(f"{path}/", endpoint, methods=methods)]


class _Pages:
    """The endpoints, each a thin shell around the org."""

    def __init__(self, org: Org, *, dated: bool) -> None:
        self.org = org
        self.dated = dated

    async def data(self, request: Request) -> Response:
        body = await request.body()
        raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
        answer = answer_data(
            self.org,
            method=request.method,
            path=raw.partition(b"?")[0][len(_DATA) :].decode("ascii"),
            query=request.url.query,
            headers=_lowered(request),
            body=body,
            origin=_instance_url(request),
        )
        headers = dict(answer.headers)
        if self.dated:
            headers["Date"] = format_datetime(self.org.clock().astimezone(UTC), usegmt=True)
        if answer.text is not None:
            return Response(answer.text, status_code=answer.status, headers=headers, media_type=_CSV)
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        return _json(answer.body, status=answer.status, headers=headers)

    async def bulk(self, request: Request) -> Response:
        answer = answer_bulk(
            self.org,
            method=request.method,
            path=request.path_params["rest"],
            headers=_lowered(request),
            body=await request.body(),
            origin=_instance_url(request),
        )
        return _json(answer.body, status=answer.status)

    async def versions(self, _: Request) -> Response:
        return _json(versions())

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", errors="replace"), keep_blank_values=True))
        answer = answer_token(
            self.org,
            form,
            authorization=request.headers.get("authorization"),
            instance_url=_instance_url(request),
        )
        return _json(answer.body, status=answer.status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    async def soap(self, request: Request) -> Response:
        answer = answer_soap(
            self.org, await request.body(), version=request.path_params["version"], origin=_instance_url(request)
        )
        return Response(answer.xml, status_code=answer.status, media_type="text/xml; charset=UTF-8")

    async def revoke(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", errors="replace")))
        self.org.sessions.end(form.get("token", ""))
        return Response(status_code=200)

    async def identity(self, request: Request) -> Response:
        token = request.query_params.get("oauth_token")
        authorization = f"Bearer {token}" if token else request.headers.get("authorization")
        try:
            self.org.sessions.check(authorization, self.org.clock())
        except ApiError as refusal:
            return _json(refusal.body(), status=refusal.status)
        return _json(user_info(self.org, instance_url=_instance_url(request)))

    async def requests(self, request: Request) -> Response:
        if not self.org.settings.sandbox_controls:
            return await self.nothing(request)
        if request.method == "DELETE":
            self.org.tally.clear()
            return Response(status_code=204)
        return _json(self.org.tally.report())

    async def rules(self, request: Request) -> Response:
        """PUT sets validation and duplicate rules in place of those that stand, DELETE brings back the first ones."""
        if not self.org.settings.sandbox_controls:
            return await self.nothing(request)
        try:
            if request.method == "PUT":
                self.org.rule(msgspec.json.decode(await request.body(), type=Policies))
            elif request.method == "DELETE":
                self.org.rule(self.org.settings.shape.policies)
        except (msgspec.DecodeError, ShapeError) as error:
            return _json({"error": str(error)}, status=422)
        return _json(self.org.policies)

    async def sessions(self, request: Request) -> Response:
        """DELETE expires every session, so that the next call of each client gets a 401."""
        if not self.org.settings.sandbox_controls:
            return await self.nothing(request)
        self.org.sessions.end_all()
        return Response(status_code=204)

    async def nothing(self, _: Request) -> Response:
        refusal = not_found()
        return _json(refusal.body(), status=refusal.status)


async def _failed(_request: Request, _failure: Exception) -> Response:
    """Answer a defect of the org as Salesforce does; the server logs the traceback."""
    message = "An unexpected error occurred. Please include this ErrorId if you contact support: 0-0 (0)"
    return _json(ApiError("UNKNOWN_EXCEPTION", message).body(), status=500)


def _lowered(request: Request) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}


def _instance_url(request: Request) -> str:
    """Return the URL the caller used: where clients go next."""
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


def _json(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(write_json(body), status_code=status, media_type=_JSON, headers=dict(headers or {}))
