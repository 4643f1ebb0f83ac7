"""What is said of a run that failed, by the kind of error that ended it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from talk_assets.alerts.signs import AT_ONCE, Sign, Trouble
from talk_assets.model.disclosure import without_values
from talk_assets.model.errors import (
    BudgetUsedError,
    ConfigurationError,
    GuardError,
    PeerAnswerError,
    PeerUnavailableError,
    StoreBusyError,
    StoreMismatchError,
    StoreWriteError,
)
from talk_assets.model.system import System

END, RUN, STORE = "end", "run", "store"
_LONGEST = 1200
_OF_AN_END = {one.__name__ for one in (PeerUnavailableError, BudgetUsedError, PeerAnswerError)}
_OF_THE_STORE = {one.__name__ for one in (StoreWriteError, StoreMismatchError, StoreBusyError)}
_BY_A_PERSON = {one.__name__ for one in (ConfigurationError, GuardError, StoreMismatchError, StoreWriteError)}
AGAIN = (
    "The run is started again by itself, after a quarter of a minute and then at longer and longer intervals, up to a "
    "quarter of an hour. No edit is lost meanwhile: what moved is read then."
)
STAYS = "It is tried again by itself, and will fail again until somebody acts. No edit is lost meanwhile."
_READ = "Read what the message asks for, and do it."
_WAIT = "Nothing, if it is expected; else see whether the system can be reached, and what it says of itself."
_REPORT = "Read the run's log. If it says that this is a bug, report the lines it asks for."


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A run of *job* that failed at *at*: the name of the error's class (empty: none is known) and its message."""

    job: str
    at: datetime
    kind: str
    message: str
    link: str | None = None


def sign_of(failure: Failure, *, patience: timedelta) -> Sign:
    """Say what *failure* means; what passes by itself must last for *patience* to be worth an alert."""
    what = _short(without_values(failure.message))
    if failure.kind in _OF_AN_END:
        system = _end_in(failure.message)
        name = "An end" if system is None else system.title
        trouble = _trouble(f"{name} cannot be synced", what, AGAIN, _WAIT, failure.link)
        return Sign(cause=f"{END} {system or 'unknown'}", at=failure.at, trouble=trouble, patience=patience)
    if failure.kind in _OF_THE_STORE:
        by_person = failure.kind in _BY_A_PERSON
        trouble = _trouble("The store cannot be used", what, STAYS if by_person else AGAIN, _READ, failure.link)
        return Sign(cause=STORE, at=failure.at, trouble=trouble, patience=AT_ONCE if by_person else patience)
    by_person = failure.kind in _BY_A_PERSON
    trouble = _trouble(
        f"{failure.job} failed", what, STAYS if by_person else AGAIN, _READ if by_person else _REPORT, failure.link
    )
    # Without an error its process was killed, and the next run goes on from there.
    return Sign(
        cause=f"{RUN} {failure.job}", at=failure.at, trouble=trouble, patience=AT_ONCE if failure.kind else patience
    )


def solved_by(job: str, at: datetime, standing: Sequence[str], *, everything: bool) -> list[Sign]:
    """The signs that what a success of *job* shows is over: its own failure, an end's or the store's.

    A sync of *everything* solves what each job had.
    """
    own = {f"{RUN} {job}", STORE}
    of_all = (f"{END} ", f"{RUN} sync_") if everything else (f"{END} ",)
    return [Sign(cause=cause, at=at, trouble=None) for cause in standing if cause in own or cause.startswith(of_all)]


def _trouble(title: str, what: str, follows: str, do: str, link: str | None) -> Trouble:
    return Trouble(title=title, what=what, follows=follows, do=do, link=link)


def _end_in(message: str) -> System | None:
    """The end that *message* names first."""
    places = {system: message.find(system.title) for system in System if system.title in message}
    return min(places, key=lambda system: places[system]) if places else None


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
