"""The life of a bulk job: made, uploaded, closed, waited for, asked for its results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.failpoints import failpoint
from talk_assets.systems import strict_json
from talk_assets.systems.answers import Answer
from talk_assets.systems.http import Call, HttpClient
from talk_assets.systems.salesforce.outcomes import errors_in, raise_for_run

_OK = 200
_CSV = "text/csv"
ENDED = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a job is waited for, in seconds: the first pause, the longest, and all of them together."""

    first: float = 1.0
    longest: float = 15.0
    total: float = 1800.0


class Jobs:
    """Bulk jobs of one *kind* (``ingest`` or ``query``) of one org at one API version."""

    def __init__(
        self, *, client: HttpClient, root: str, kind: str, sleep: Callable[[float], None], pace: Pace | None = None
    ) -> None:
        self._client = client
        self._path = f"{root}/jobs/{kind}"
        self._kind = f"bulk {kind}"
        self._sleep = sleep
        self._pace = pace or Pace()

    def create(self, body: dict[str, str], *, writes: bool) -> str | None:
        """Return the id of a new job; None where the org takes none, or nobody knows: it does nothing by itself.

        Raises:
            PeerUnavailableError, ConfigurationError: as `raise_for_run`.
        """
        sent = strict_json.write(body)
        try:
            answer = self._client.send(Call(method="POST", path=self._path, kind=self._kind, body=sent, writes=writes))
            made = answer.json()
        except (PeerUnavailableError, PeerAnswerError):
            return None
        raise_for_run(answer.status, errors_in(made))
        found = made.get("id") if answer.status == _OK and isinstance(made, dict) else None
        return found if isinstance(found, str) and found.isalnum() else None

    def upload(self, job: str, table: bytes) -> Answer:
        """Send the job's rows; nothing is done with them before `close`."""
        path = f"{self._path}/{job}/batches"
        return self._client.send(
            Call(method="PUT", path=path, kind=self._kind, body=table, media_type=_CSV, writes=True)
        )

    def move(self, job: str, state: str) -> Answer:
        """Close (``UploadComplete``) or abort (``Aborted``) a job."""
        body = strict_json.write({"state": state})
        return self._client.send(
            Call(method="PATCH", path=f"{self._path}/{job}", kind=self._kind, body=body, writes=True)
        )

    def state(self, job: str) -> str:
        """Return the job's state.

        Raises:
            PeerUnavailableError, PeerAnswerError.
        """
        answer = self._client.read(Call(method="GET", path=f"{self._path}/{job}", kind=self._kind))
        told: Any = answer.json()
        found = told.get("state") if answer.status == _OK and isinstance(told, dict) else None
        if not isinstance(found, str):
            raise PeerAnswerError("Salesforce does not tell the state of a bulk job. Run again later; that is safe.")
        return found

    def ended(self, job: str) -> str | None:
        """Wait for the job's end and return its last state; None where it took too long.

        Raises:
            PeerUnavailableError, PeerAnswerError.
        """
        pause, waited = self._pace.first, 0.0
        while (state := self.state(job)) not in ENDED:
            if waited >= self._pace.total:
                return None
            failpoint("job looked at")
            self._sleep(pause)
            waited += pause
            pause = min(pause * 1.5, self._pace.longest)
        return state

    def results(self, job: str, which: str, **query: str) -> Answer:
        """Return one CSV of a job that ended.

        Raises:
            PeerUnavailableError, PeerAnswerError.
        """
        path = f"{self._path}/{job}/{which}"
        answer = self._client.read(Call(method="GET", path=path, kind=self._kind, query=query, accepts=_CSV))
        if answer.status != _OK:
            raise PeerAnswerError(
                f"Salesforce refused the results of a bulk job (HTTP {answer.status}). Nothing of it was used. "
                "Run again later; what was written is read back first."
            )
        return answer
