"""What is seen of a cause for an alert: that it stands, or that it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

AT_ONCE = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What a person needs to know: what happened, what happens next by itself, what to do, and where to look."""

    title: str
    what: str
    follows: str
    do: str
    link: str | None = None

    def text(self) -> str:
        """All of it in plain lines."""
        parts = [self.title, self.what, f"What happens next: {self.follows}", f"What to do: {self.do}"]
        return "\n".join(part for part in [*parts, self.link] if part)


@dataclass(frozen=True, kw_only=True)
class Sign:
    """At the time *at* the *cause* (a name that stays the same) stood; over where *trouble* is None.

    It is worth an alert once it has stood for *patience*.
    """

    cause: str
    at: datetime
    trouble: Trouble | None
    patience: timedelta = AT_ONCE
