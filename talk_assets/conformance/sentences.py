"""A sentence of the contract: what is promised, and the check that tells whether a server keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from talk_assets.conformance.server import Server

Check = Callable[[Server], None]
"""Returns when the sentence holds; raises BrokenError, NeedError or UntriedError otherwise."""

CAPABILITIES = {
    "etag": "versions, and writes that name the version they change",
    "idempotency": "requests that may be sent again under their Idempotency-Key",
    "external_key": "a unique key of the client's own on every record",
    "batch": "many operations in one request",
    "changes": "one feed of the changes to all resources",
    "tombstones": "deleted records that can still be seen",
    "paging": "pages that lose no record while others change",
    "stamp_grain": "stamps in microseconds",
    "visibility_lag": "records that are found as soon as they are written",
}
"""What a server may lack and say so under `capabilities` of `GET /api/v1/`."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One promise. *id* is its chapter's name and its own, as in `lists.limit`.

    *capability* is what a server must declare as lacking when it does not keep the sentence; None: no server
    can do without it. *writes* says that its check makes records. *needs* are other capabilities that its check
    uses: without them it cannot be tried.
    """

    id: str
    text: str
    check: Check
    capability: str | None
    writes: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """Sentences about one thing; *about* opens it in the published text."""

    name: str
    title: str
    about: str = ""
    sentences: list[Sentence] = field(default_factory=list)

    def says(
        self, name: str, text: str, *, capability: str | None = None, writes: bool = True, needs: tuple[str, ...] = ()
    ) -> Callable[[Check], Check]:
        """Add the sentence *text*, which the decorated check tests."""

        def added(check: Check) -> Check:
            self.sentences.append(
                Sentence(
                    id=f"{self.name}.{name}", text=text, check=check, capability=capability, writes=writes, needs=needs
                )
            )
            return check

        return added
