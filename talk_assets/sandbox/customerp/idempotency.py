"""Idempotency keys: a request that is sent again gets the answer it got before."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from talk_assets.sandbox.customerp.database import Answer, Database
from talk_assets.sandbox.customerp.problems import ProblemError
from talk_assets.sandbox.customerp.stamps import Stamps, rfc3339

MAX_KEY = 255


class Idempotency:
    """What was answered to each key, kept for *hours*; a refused request keeps nothing."""

    def __init__(self, *, database: Database, stamps: Stamps, hours: int) -> None:
        """Keep answers in *database* for *hours*."""
        self._database = database
        self._stamps = stamps
        self._kept = timedelta(hours=hours)
        self._running: set[str] = set()
        self._forgot = datetime.min.replace(tzinfo=UTC)

    def begin(self, key: str) -> None:
        """Hold *key* while its request is still arriving or running; 409 when it already is."""
        if not key or len(key) > MAX_KEY:
            raise ProblemError(400, "malformed", f"An idempotency key has 1 to {MAX_KEY} characters.")
        if key in self._running:
            raise ProblemError(409, "running", "The request with this key is not answered yet.")
        self._running.add(key)

    def end(self, key: str) -> None:
        """Let go of *key*."""
        self._running.discard(key)

    def once(self, key: str, mark: str, run: Callable[[], Answer]) -> Answer:
        """Return the answer kept for *key*, else that of *run*; 422 when *mark* is another request's."""
        now = self._stamps.now()
        if now - self._forgot > self._kept / 100:
            self._database.forget_answers(before=rfc3339(now - self._kept))
            self._forgot = now
        known = self._database.answer_to(key, not_before=rfc3339(now - self._kept))
        if known is not None:
            if known[0] != mark:
                raise ProblemError(422, "idempotency", "The key was used for a request that was not the same.")
            return replace(known[1], replayed=True)
        answer = run()
        self._database.keep_answer(key, fingerprint=mark, at=rfc3339(now), answer=answer)
        return answer


def fingerprint(address: str, body: bytes) -> str:
    """Return what tells one request from another: its address and its body."""
    return hashlib.sha256(address.encode() + b"\n" + body).hexdigest()
