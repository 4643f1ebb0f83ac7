"""The embedded Customerp as an ASGI application."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from talk_assets.sandbox.customerp.access import Access, AccessMiddleware
from talk_assets.sandbox.customerp.answers import json_response, problem_response
from talk_assets.sandbox.customerp.database import Database
from talk_assets.sandbox.customerp.endpoints import Endpoints
from talk_assets.sandbox.customerp.exact_json import encode
from talk_assets.sandbox.customerp.lacking import LackingMiddleware
from talk_assets.sandbox.customerp.metering import Meter, MeterMiddleware
from talk_assets.sandbox.customerp.openapi import openapi_document
from talk_assets.sandbox.customerp.problems import ProblemError
from talk_assets.sandbox.customerp.rate import RateMiddleware
from talk_assets.sandbox.customerp.settings import CustomerpSettings, utc_now
from talk_assets.sandbox.customerp.shelf import shelf_of
from talk_assets.sandbox.customerp.stamps import Stamps
from talk_assets.sandbox.faults import Faults, FaultsMiddleware

BASE = "/api/v1"


def create_app(
    *,
    database: Path | None = None,
    settings: CustomerpSettings = CustomerpSettings(),  # noqa: B008 - frozen
    clock: Callable[[], datetime] = utc_now,
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """Return a Customerp on the SQLite file *database* (None: in memory).

    *middleware* stands between the request counter and the credentials check: what it drops or
    breaks is counted and never reaches the records. `app.state.faults` holds the faults that stand.
    `app.state.release()`, called on the server's
    event loop, ends all long polls; `app.state.close()` closes the database.
    """
    opened = Database(database)
    stamps = Stamps(clock, last=opened.last_stamp(), grain=settings.profile.grain)
    endpoints = Endpoints(database=opened, stamps=stamps, settings=settings)
    access = Access(settings=settings, clock=clock)
    meter = Meter()

    def close() -> None:
        faults.clear()
        opened.close()

    async def requests(_: Request) -> Response:
        return JSONResponse({"requests": dict(meter.requests), "writes": endpoints.records.written})

    openapi = encode(openapi_document())

    async def document(_: Request) -> Response:
        return json_response(openapi)

    routes = [
        Route("/sandbox/requests", requests),
        Route("/oauth/token", access.token, methods=["POST"]),
        Route(f"{BASE}/oauth/token", access.token, methods=["POST"]),
        Route(f"{BASE}/openapi.json", document),
        Route(f"{BASE}/", endpoints.info),
        Route(f"{BASE}/batch", endpoints.batch, methods=["POST"]),
        Route(f"{BASE}/changes", endpoints.changes),
    ]
    for resource in settings.profile.resources:
        path = f"{BASE}/{resource.name}"
        routes += [
            Route(path, endpoints.list(resource)),
            Route(path, endpoints.create(resource), methods=["POST"]),
            Route(f"{path}/{{id}}:undelete", endpoints.undelete(resource), methods=["POST"]),
            Route(f"{path}/{{id}}", endpoints.read(resource)),
            Route(f"{path}/{{id}}", endpoints.update(resource), methods=["PATCH"]),
            Route(f"{path}/{{id}}", endpoints.delete(resource), methods=["DELETE"]),
        ]
        if resource.line is not None:
            routes += [
                Route(f"{path}/{{id}}/lines", endpoints.create_line(resource), methods=["POST"]),
                Route(f"{path}/{{id}}/lines/{{lineId}}", endpoints.update_line(resource), methods=["PATCH"]),
                Route(f"{path}/{{id}}/lines/{{lineId}}", endpoints.delete_line(resource), methods=["DELETE"]),
            ]
    faults = Faults(end="customerp", shelf=shelf_of(opened), clock=clock)
    controls = [Middleware(FaultsMiddleware, faults=faults)] if settings.sandbox_controls else []
    limits = []
    if settings.requests_per_minute is not None:
        limits.append(Middleware(RateMiddleware, limit=settings.requests_per_minute, clock=clock))
    lacks = [Middleware(LackingMiddleware, profile=settings.profile)] if settings.profile.without else []
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(MeterMiddleware, meter=meter),
            *middleware,
            *controls,
            *limits,
            Middleware(AccessMiddleware, access=access),
            *lacks,
        ],
        exception_handlers={ProblemError: _problem, HTTPException: _http_problem, Exception: _failure},
    )
    app.state.release = endpoints.release
    app.state.faults = faults
    app.state.close = close
    return app


async def _problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return problem_response(error)


async def _http_problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = "method" if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else "not_found"
    return problem_response(
        ProblemError(error.status_code, code, HTTPStatus(error.status_code).phrase, headers=error.headers)
    )


async def _failure(_: Request, __: Exception) -> Response:
    return problem_response(ProblemError(500, "internal", "The server failed; nothing was written."))
