"""Where faults are told and where they happen: the endpoint `/sandbox/faults` and the way of every request.

`POST` takes one fault, a list under "faults", or a "profile", each with an optional "seed"; `GET` says what
stands and what happened; `DELETE` ends all faults and shows every late write.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from talk_assets.sandbox.faults.effects import EFFECTS, Scene, rows_of
from talk_assets.sandbox.faults.exchange import Exchange, whole_body
from talk_assets.sandbox.faults.fault import FaultError, read_fault
from talk_assets.sandbox.faults.kinds import End
from talk_assets.sandbox.faults.past import Past, Shelf
from talk_assets.sandbox.faults.plan import Plan
from talk_assets.sandbox.faults.profiles import PROFILES, faults_of
from talk_assets.sandbox.faults.request import Asked, Json

PATH = "/sandbox/faults"


@dataclass(kw_only=True)
class Faults:
    """The faults of one end."""

    end: End
    shelf: Shelf
    clock: Callable[[], datetime]
    end_sessions: Callable[[], None] = lambda: None
    plan: Plan = field(default_factory=Plan)

    def __post_init__(self) -> None:
        self.scene = Scene(past=Past(shelf=self.shelf, clock=self.clock), end_sessions=self.end_sessions, last_rows=[])

    def begin(self, profile: str, *, seed: int = 0) -> None:
        """Let the faults of *profile* happen, in place of all others."""
        self.clear()
        self.plan.seed = seed
        self.plan.add(faults_of(profile, end=self.end))
        self._prepare()

    def take(self, given: Json) -> None:
        """Take what was posted.

        Raises:
            FaultError: it is no fault, list of faults or profile; nothing of it was taken.
        """
        if not isinstance(given, dict):
            raise FaultError("An object is expected: a fault, or faults, or a profile.")
        seed = given.get("seed", self.plan.seed)
        if not isinstance(seed, int):
            raise FaultError("seed: a whole number is expected.")
        rest = {name: value for name, value in given.items() if name != "seed"}
        if "profile" in rest:
            if rest["profile"] not in PROFILES or len(rest) > 1:
                raise FaultError(f"profile: expected one of {', '.join(PROFILES)}, and nothing else but a seed.")
            self.begin(rest["profile"], seed=seed)
            return
        listed = rest["faults"] if list(rest) == ["faults"] else [rest]
        if not isinstance(listed, list):
            raise FaultError("faults: a list is expected.")
        faults = [read_fault(one, end=self.end) for one in listed]
        self.plan.seed = seed
        self.plan.add(faults)
        self._prepare()

    def clear(self) -> None:
        """End all faults."""
        self.plan = Plan()
        self.scene.past.close()
        self.scene.last_rows = []

    def _prepare(self) -> None:
        if self.plan.awaits("stale_read"):
            self.scene.past.keep()


class FaultsMiddleware:
    """Lets faults happen to the requests that pass."""

    def __init__(self, app: ASGIApp, *, faults: Faults) -> None:
        """Stand before *app*."""
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, whole or with what befalls it."""
        faults = self._faults
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == PATH:
            await (await _controlled(faults, scope["method"], receive))(scope, receive, send)
        elif scope["path"].startswith("/sandbox/") or not (faults.plan.armed or faults.scene.past.hides):
            await self._app(scope, receive, send)
        else:
            try:
                body = await whole_body(receive)
            except ConnectionError:
                return
            await self._pass(
                Exchange(asked=_asked(faults.end, scope, body), scope=scope, app=self._app, receive=receive, send=send)
            )

    async def _pass(self, exchange: Exchange) -> None:
        plan, scene, asked = self._faults.plan, self._faults.scene, exchange.asked
        scene.past.release(asked)
        fault = plan.next(asked)
        if asked.writes and plan.awaits("stale_read"):
            scene.past.keep()
        if fault is not None:
            await EFFECTS[fault.kind](exchange, scene, fault.parameters)
        elif exchange.waits:
            await exchange.pass_on()
        else:
            said = await exchange.run()
            scene.last_rows = rows_of(said) if plan.awaits("shifted_rows") else []
            await exchange.answer(said)


def _asked(end: End, scope: Scope, body: bytes) -> Asked:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    target = raw.partition(b"?")[0] + (b"?" + query if query else b"")
    agent = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
    return Asked(end=end, method=scope["method"], target=target.decode("latin-1"), body=body, agent=agent)


async def _controlled(faults: Faults, method: str, receive: Receive) -> Response:
    if method == "GET":
        return JSONResponse(faults.plan.as_json())
    if method == "DELETE":
        faults.clear()
        return Response(status_code=204)
    if method != "POST":
        return JSONResponse({"error": "GET, POST or DELETE."}, status_code=405)
    try:
        faults.take(msgspec.json.decode(await whole_body(receive)))
    except (FaultError, msgspec.DecodeError) as error:
        return JSONResponse({"error": str(error)}, status_code=422)
    return JSONResponse(faults.plan.as_json(), status_code=201)
