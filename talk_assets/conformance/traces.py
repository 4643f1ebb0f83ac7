"""What a run leaves behind and what it noticed on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from talk_assets.conformance.bodies import RESOURCES
from talk_assets.conformance.reply import PROBLEM, Reply

_CREATED, _TOO_MANY, _SERVER_ERROR = 201, 429, 500


@dataclass
class Traces:
    """Records made, keys used, and answers that only the sentences on errors judge."""

    mark: str = field(default_factory=lambda: f"conformance-{uuid4().hex[:8]}")
    """What every key of this run begins with."""
    made: dict[str, str] = field(default_factory=dict)
    """Resource by id of everything made, oldest first."""
    keys: dict[str, str] = field(default_factory=dict)
    """Resource by external key used, whether or not a record has it."""
    stamps: set[str] = field(default_factory=set)
    """Every `createdAt` and `updatedAt` of a record made."""
    failures: list[str] = field(default_factory=list)
    """Answers of 500 and more."""
    other_problems: list[str] = field(default_factory=list)
    """Errors that are no problem documents."""
    impatient: list[str] = field(default_factory=list)
    """Answers of 429 that do not say when to ask again."""

    def new_key(self, resource: str) -> str:
        """Return an external key nobody used."""
        key = f"{self.mark}-{len(self.keys) + 1}"
        self.keys[key] = resource
        return key

    def notice(self, method: str, path: str, reply: Reply) -> None:
        """Take down what *reply* tells."""
        if reply.status >= _SERVER_ERROR:
            self.failures.append(f"{reply.asked} answered {reply.status}")
        if reply.failed and not _is_tombstone(reply) and not _is_problem(reply):
            kind = reply.media_type or "nothing"
            self.other_problems.append(f"{reply.asked} answered {reply.status} as {kind}")
        if reply.status == _TOO_MANY and not reply.headers.get("Retry-After"):
            self.impatient.append(reply.asked)
        resource = path.removeprefix("/")
        if method == "POST" and reply.status == _CREATED and resource in RESOURCES:
            self.keep(resource, reply.body)

    def keep(self, resource: str, record: object) -> None:
        """Remember that *record* was made."""
        if isinstance(record, dict) and isinstance(record.get("id"), str):
            self.made[record["id"]] = resource
            found = (record.get(name) for name in ("createdAt", "updatedAt"))
            self.stamps.update(stamp for stamp in found if isinstance(stamp, str))


def _is_problem(reply: Reply) -> bool:
    facts: Mapping[str, object] = reply.body if isinstance(reply.body, dict) else {}
    texts = all(isinstance(facts.get(name), str) for name in ("type", "title", "detail"))
    return reply.media_type == PROBLEM and texts and facts.get("status") == reply.status


def _is_tombstone(reply: Reply) -> bool:
    return isinstance(reply.body, dict) and reply.body.get("deleted") is True
