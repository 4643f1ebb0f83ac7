"""Webhooks: after a commit every subscriber is told that something changed, signed as Standard Webhooks are.

A delivery says ``{"deliveryId": ..., "seq": ...}``, the newest number of the change feed, and nothing of the records.
It is sent at least once, and given up after some tries: the feed has everything.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

_PAUSES = (0.0, 0.5, 2.0, 8.0)
_TIMEOUT = 5.0


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Who is told: *secret* is what both sign with, as text."""

    url: str
    secret: str


class Webhooks:
    """Tells all *hooks* of what is committed. Used on one event loop only."""

    def __init__(self, hooks: tuple[Webhook, ...], *, newest: Callable[[], int], clock: Callable[[], datetime]) -> None:
        self._hooks = hooks
        self._newest = newest
        self._clock = clock
        self._tasks: dict[Webhook, asyncio.Task[None]] = {}
        self._told: dict[Webhook, int] = {}

    def ring(self) -> None:
        """Tell of what was just committed; what is committed while a delivery is under way is told after it."""
        for hook in self._hooks:
            if hook not in self._tasks or self._tasks[hook].done():
                self._tasks[hook] = asyncio.get_running_loop().create_task(self._tell(hook))

    def release(self) -> None:
        """Tell nobody any more: the server stops."""
        for task in self._tasks.values():
            task.cancel()

    async def _tell(self, hook: Webhook) -> None:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            while self._told.get(hook, 0) < (seq := self._newest()):
                self._told[hook] = seq
                await self._deliver(client, hook, seq)

    async def _deliver(self, client: httpx.AsyncClient, hook: Webhook, seq: int) -> None:
        delivery = uuid.uuid4().hex
        body = json.dumps({"deliveryId": delivery, "seq": seq})
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            stamp = str(int(self._clock().timestamp()))
            digest = hmac.new(hook.secret.encode(), f"{delivery}.{stamp}.{body}".encode(), hashlib.sha256).digest()
            headers = {
                "Content-Type": "application/json",
                "webhook-id": delivery,
                "webhook-timestamp": stamp,
                "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
            }
            try:
                answer = await client.post(hook.url, content=body, headers=headers)
            except httpx.HTTPError:
                continue
            if answer.is_success:
                return
