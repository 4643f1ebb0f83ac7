"""How a failure reaches the person: a message and an exit code, never a traceback unasked.

Every failure that we foresee is a `TalkError`, whose message says what happened, what was not done and
what to do next. Anything else is a bug: what is printed holds where it happened, and no values.
"""

import sys
import traceback
from types import TracebackType
from typing import Self

from talk_assets.cli.screen import errors, plain
from talk_assets.model.disclosure import bug_report, redacted, without_values
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError, TalkError


class Explained:
    """A context that ends the process with the exit code of the failure in it, explained on stderr.

    *traceback* shows Python's own traceback of a bug, which may hold record values.
    """

    def __init__(self, *, traceback: bool = False) -> None:
        self.traceback = traceback

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, TalkError):
            errors().print(plain(_told(error)))
            sys.exit(error.exit_code)
        if isinstance(error, Exception):
            if self.traceback:
                traceback.print_exception(error)
            errors().print(plain(bug_report(error)))
            sys.exit(TalkError.exit_code)


def _told(error: TalkError) -> str:
    # What an end answered may quote the record that it was sent.
    peer = isinstance(error, PeerAnswerError | PeerUnavailableError)
    return without_values(str(error)) if peer else redacted(str(error))
