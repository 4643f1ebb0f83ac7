"""Receives webhooks, and does no more than ring: what changed is then asked for as always.

A lost webhook costs time only, and a forged one a question to an end. Signatures are those of Standard Webhooks
(https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and body, in base64.
"""

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from talk_assets.model.system import System

TOLERANCE_SECONDS = 300
"""How far the timestamp of a webhook may be from our clock, so that an old one cannot be sent again."""
_REMEMBERED = 10_000
_LARGEST = 64 * 1024


@dataclass(kw_only=True)
class Verifier:
    """Tells true webhooks by the *secret* that the sender knows, too; *now* gives seconds since 1970."""

    secret: str
    now: Callable[[], float]
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def refusal(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Why this is not taken for a webhook of the sender, or None. The same one is taken once."""
        name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not name or re.fullmatch(r"\d{1,12}", stamp, re.ASCII) is None:
            return "it has no webhook-id, or no webhook-timestamp in seconds"
        if abs(self.now() - int(stamp)) > TOLERANCE_SECONDS:
            return f"its timestamp is more than {TOLERANCE_SECONDS} s from the time here"
        content = f"{name}.{stamp}.".encode() + body
        digest = base64.b64encode(hmac.new(self.secret.encode(), content, hashlib.sha256).digest())
        given = [part.partition(",") for part in headers.get("webhook-signature", "").split(" ")]
        if not any(kind == "v1" and hmac.compare_digest(digest, text.encode()) for kind, _, text in given):
            return "its signature is not made with the secret known here"
        if name in self._seen:
            return "it was received before"
        self._seen[name] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return None


def receiver(verifiers: Mapping[System, Verifier], ring: Callable[[System], None]) -> Starlette:
    """Return the application that takes webhooks at ``/SYSTEM`` and calls *ring* for true ones."""

    async def received(request: Request) -> Response:
        system = next((one for one in verifiers if one.value == request.path_params["system"]), None)
        if system is None:
            return PlainTextResponse("There is no such bell.\n", status_code=404)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST:
                return PlainTextResponse("A webhook is not that large.\n", status_code=413)
        why = verifiers[system].refusal(request.headers, body)
        if why is not None:
            return PlainTextResponse(f"The webhook was not accepted: {why}.\n", status_code=401)
        ring(system)
        return Response(status_code=204)

    return Starlette(routes=[Route("/{system}", received, methods=["POST"])])
