"""Try the sentences on one server and say what holds."""

import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from talk_assets.conformance.chapters import SENTENCES
from talk_assets.conformance.findings import BrokenError, NeedError, UntriedError
from talk_assets.conformance.sentences import CAPABILITIES, Sentence
from talk_assets.conformance.server import Login, Server

Progress = Callable[[str], None]
_MICROSECOND = 0.000001


class Outcome(StrEnum):
    """What became of one sentence."""

    HOLDS = "holds"
    BROKEN = "broken"
    LACKING = "lacking"
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A sentence and what became of it; *seen* says what was there instead, or why it was not tried."""

    sentence: Sentence
    outcome: Outcome
    seen: str = ""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a run found: the server's own words, a verdict a sentence, and what could not be deleted again."""

    server: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    made: int
    left: tuple[str, ...]
    lag: float

    @property
    def conforms(self) -> bool:
        """Whether no sentence is broken, besides those whose capability the server declares as lacking."""
        return not any(verdict.outcome is Outcome.BROKEN for verdict in self.verdicts)

    def capabilities(self) -> dict[str, bool | None]:
        """What to declare: whether each capability is there; None where nothing tells."""
        found: dict[str, bool | None] = {}
        for name in CAPABILITIES:
            of_it = [verdict.outcome for verdict in self.verdicts if verdict.sentence.capability == name]
            lacks = Outcome.BROKEN in of_it or Outcome.LACKING in of_it
            found[name] = False if lacks else True if Outcome.HOLDS in of_it else None
        return found

    def as_json(self) -> dict[str, Any]:
        """The findings as `--json` prints them."""
        return {
            "server": {name: self.server.get(name) for name in ("tenant", "name", "version")},
            "conforms": self.conforms,
            "sentences": [
                {
                    "id": verdict.sentence.id,
                    "outcome": verdict.outcome.value,
                    "seen": verdict.seen or None,
                    "capability": verdict.sentence.capability,
                    "text": verdict.sentence.text,
                }
                for verdict in self.verdicts
            ],
            "capabilities": self.capabilities(),
            "visibility_lag": self.lag,
            "made": self.made,
            "left": list(self.left),
        }


def opened(ca_file: Path | None = None) -> httpx.Client:
    """Return an HTTP client that follows no redirect and takes no proxy from the environment.

    Raises:
        OSError: *ca_file*, more authorities to trust, cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return httpx.Client(trust_env=False, follow_redirects=False, verify=context)


def examine(
    login: Login,
    *,
    http: httpx.Client,
    read_only: bool = False,
    sentences: Sequence[Sentence] = SENTENCES,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Findings:
    """Try *sentences* on the server of *login* and delete what that made.

    *read_only* tries only those that make nothing.

    Raises:
        UnreachableError, RefusedError: nothing can be tried.
    """
    server = Server(login=login, http=http, sleep=sleep)
    told = server.reach()
    declared = told.get("capabilities")
    declared = declared if isinstance(declared, dict) else {}
    server.lacking = {name for name, value in declared.items() if _denied(name, value)}
    server.lag = _number(declared.get("visibility_lag"))
    server.grain = _number(declared.get("stamp_grain"))
    verdicts: list[Verdict] = []
    try:
        for sentence in sentences:
            if progress is not None:
                progress(sentence.id)
            verdicts.append(_tried(server, sentence, verdicts, read_only=read_only))
    finally:
        if progress is not None:
            progress("deleting what was made")
        left = server.clean_up()
    return Findings(
        server=told, verdicts=tuple(verdicts), made=len(server.traces.made), left=tuple(left), lag=server.lag
    )


def _denied(name: str, value: object) -> bool:
    """Whether *value* declares the capability *name* as lacking."""
    if name == "paging":
        return value != "keyset"
    if name == "stamp_grain":
        return _number(value) > _MICROSECOND
    if name == "visibility_lag":
        return _number(value) > 0
    return not value


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


def _tried(server: Server, sentence: Sentence, before: Sequence[Verdict], *, read_only: bool) -> Verdict:
    if read_only and sentence.writes:
        return Verdict(sentence=sentence, outcome=Outcome.UNTRIED, seen="its check makes records")
    lacking = server.lacking | {one.sentence.capability for one in before if one.outcome is Outcome.BROKEN}
    missing = [name for name in sentence.needs if name in lacking]
    if missing:
        seen = f"its check uses {', '.join(missing)}, which the server lacks"
        return Verdict(sentence=sentence, outcome=Outcome.UNTRIED, seen=seen)
    try:
        sentence.check(server)
    except BrokenError as error:
        seen = str(error)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        # The checks take answers apart as they are promised; a server may answer anything.
        seen = f"an answer has another shape than is promised ({type(error).__name__}: {error})."
    except (NeedError, UntriedError) as error:
        return Verdict(sentence=sentence, outcome=Outcome.UNTRIED, seen=str(error))
    else:
        return Verdict(sentence=sentence, outcome=Outcome.HOLDS)
    outcome = Outcome.LACKING if sentence.capability in server.lacking else Outcome.BROKEN
    return Verdict(sentence=sentence, outcome=outcome, seen=seen)
