"""Places in a run where tests let it die, to see what is left of it.

With nobody watching, a place costs the call of an empty function: well under a microsecond.
"""

from collections.abc import Callable, Mapping

POINTS: Mapping[str, str] = {
    "store locked": "the store's lock is held, its file is not opened yet",
    "store opened": "the file is open, a write-ahead log left over was replayed",
    "store committing": "anywhere: the next statement commits",
    "store committed": "anywhere: the commit was the last statement",
    "recovered read": "in recovery: what an earlier write may have touched was read, and is not committed",
    "page fetched": "a page arrived, nothing of it is stored",
    "page staged": "a page is stored and not committed",
    "pages committing": "all pages and their cursor are stored and not committed",
    "pages committed": "the cursor is committed with its rows",
    "translation committing": "rows are translated, quarantine is filled and emptied, not committed",
    "translation committed": "the translation is committed",
    "links committing": "records are matched, not committed",
    "links committed": "the matches are committed",
    "plan committing": "changes and decided conflicts are stored, not committed",
    "plan committed": "the plan is committed",
    "intents committing": "what is about to be sent is stored, not committed",
    "intents committed": "the intents are committed, nothing is sent",
    "request going": "anywhere: the next thing is a request",
    "answer begun": "anywhere: status and headers came, the body did not",
    "answer read": "anywhere: the answer is here and was not looked at",
    "token received": "a new token came and was not used yet",
    "parents made": "Accounts and Opportunities stand, what belongs to them does not",
    "job created": "a bulk job stands at Salesforce, without its rows",
    "job uploaded": "the bulk job has its rows, nothing is done with them",
    "job closed": "the bulk job is handed over, and worked off whoever waits for it",
    "job looked at": "the bulk job has not ended",
    "job told": "what became of the bulk job's rows is here and was not looked at",
    "batch answered": "an end did what it was asked to, the store does not know",
    "batch believed": "links and baselines are stored, the intents are not judged, nothing is committed",
    "batch judged": "all of a group of batches is stored and not committed",
    "batch finalised": "a group of batches is committed, the next one is not sent or not looked at",
    "checkpointing": "the cycle is done, its log is not folded into the file",
    "checkpointed": "the log is folded into the file",
    "store kept": "in a restore or migration: the store has a second name, its successor is not in its place yet",
    "copy settling": "in a backup, restore or migration: the copy is whole and checked, and has not its name yet",
    "copy settled": "in a backup, restore or migration: the copy has its name",
}
"""Every place and what has happened there: those of a run in its order, then those of copies of the store."""

WATCHERS: list[Callable[[str], None]] = []
"""Who is told of each place as it is passed; empty but in tests."""


def failpoint(name: str) -> None:
    """Tell the watchers, if there are any, that the run is at *name*, one of `POINTS`."""
    for watcher in WATCHERS:
        watcher(name)
