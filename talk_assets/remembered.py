"""What a process that makes one run after the other remembers of both ends, for as long as all goes well."""

from dataclasses import dataclass, field
from types import TracebackType

from talk_assets.settings import Settings
from talk_assets.systems.customerp.remembered import Remembered as CustomerpRemembered
from talk_assets.systems.salesforce.remembered import Remembered as SalesforceRemembered


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of each end of *settings*."""

    settings: Settings
    salesforce: SalesforceRemembered = field(default_factory=SalesforceRemembered)
    customerp: CustomerpRemembered = field(default_factory=CustomerpRemembered)


class Remembered:
    """Lent to one session after the other. One whose settings differ, or that follows a failure, starts anew."""

    def __init__(self) -> None:
        self._known: Known | None = None

    def of(self, settings: Settings) -> Known:
        """What is known of the ends of *settings*."""
        if self._known is None or self._known.settings != settings:
            self._known = Known(settings=settings)
        return self._known

    def unless_failed(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """At the end of a session: forget all if it ended with an error."""
        if kind is not None:
            self._known = None
