"""Stands between the sync and an end, notes every exchange, and gives noted answers again.

Answering a request again from memory lets a bare HTTP client make exactly the requests a cycle made,
and get exactly its answers, without either end being written to twice.
"""

import json
import sys
from base64 import b64decode, b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from talk_assets.sandbox.serving import running

REPLAY = "x-bench-replay"
"""The request header that asks for the answer of a noted exchange, by its number."""

EXCHANGES = "/bench/exchanges"
"""GET: all noted requests, see `Noted`. DELETE: forget them."""

# What belongs to one connection only, and what the server of this relay writes itself.
_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}
_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


@dataclass(frozen=True, kw_only=True)
class Noted:
    """One request, as a bare client can make it again."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of_json(cls, found: dict[str, Any]) -> "Noted":
        """Read what `EXCHANGES` answers."""
        return cls(
            method=found["method"],
            target=found["target"],
            headers=found["headers"],
            body=b64decode(found["body"]),
        )

    def as_json(self) -> dict[str, Any]:
        """The request as `EXCHANGES` answers it."""
        return {
            "method": self.method,
            "target": self.target,
            "headers": self.headers,
            "body": b64encode(self.body).decode(),
        }


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Relay:
    """The relay of one end."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._client = httpx.AsyncClient(timeout=120, trust_env=False)
        self._noted: list[tuple[Noted, _Answer]] = []

    def app(self) -> Starlette:
        """The relay as an app."""
        return Starlette(
            routes=[
                Route(EXCHANGES, self._exchanges, methods=["GET", "DELETE"]),
                Route("/{rest:path}", self._pass_on, methods=_METHODS),
            ]
        )

    async def _exchanges(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._noted.clear()
            return Response(status_code=204)
        return JSONResponse([noted.as_json() for noted, _ in self._noted])

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        number = request.headers.get(REPLAY)
        if number is None:
            answer = await self._ask(request, body)
        else:
            answer = self._noted[int(number)][1]
        return Response(answer.body, status_code=answer.status, headers=answer.headers)

    async def _ask(self, request: Request, body: bytes) -> _Answer:
        noted = Noted(
            method=request.method,
            target=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            # The host stays the relay's, so that the end names the relay as the place to go on.
            headers={name: value for name, value in request.headers.items() if name not in _HOPS},
            body=body,
        )
        asked = self._client.build_request(
            noted.method, self._upstream + noted.target, headers=noted.headers, content=body or None
        )
        found = await self._client.send(asked, stream=True)
        raw = b"".join([chunk async for chunk in found.aiter_raw()])
        await found.aclose()
        answer = _Answer(
            status=found.status_code,
            headers={name: value for name, value in found.headers.items() if name not in _HOPS},
            body=raw,
        )
        self._noted.append((noted, answer))
        return answer


def main() -> None:
    """Relay the two URLs given; print where, as a JSON list, and go on until stdin ends."""
    with ExitStack() as stack:
        urls = [stack.enter_context(running(Relay(upstream).app())) for upstream in sys.argv[1:]]
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
