"""Ask for the first page of several objects in one call, as a cycle reads them all one after the other."""

from collections.abc import Callable, Sequence

from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.wire import Entity
from talk_assets.systems.port import Ask
from talk_assets.systems.salesforce.rest import Part, QueryAnswer, Rest, rows_of

MOST_QUERIES = 5
"""Queries that Salesforce takes in one composite call."""


class Ahead:
    """Keeps first pages until they are fetched; *query* gives the SOQL of one from an entity and a cursor.

    What is kept was true when it was asked for. So it is dropped when anything else is read or written meanwhile,
    or goes on to a second page: of records that refer to others, the others are read after them.
    """

    def __init__(self, *, rest: Rest, query: Callable[[Entity, str | None], str | None]) -> None:
        self._rest = rest
        self._query = query
        self._expected: dict[str, Ask] = {}
        self._kept: dict[str, QueryAnswer] = {}

    def expect(self, asks: Sequence[Ask]) -> None:
        """Tell what will be fetched, in order."""
        self._expected = {ask.entity.name: ask for ask in asks}
        self.drop()

    def drop(self) -> None:
        """Forget what was asked for and not fetched yet; it is asked for again when it is."""
        self._kept.clear()

    def first(self, entity: Entity, cursor: str | None) -> QueryAnswer | None:
        """Return the first page of *entity* from *cursor*; None where it is to be asked for by itself."""
        ask = self._expected.get(entity.name)
        if ask is None or ask.cursor is None or ask.cursor != cursor:
            self._expected.pop(entity.name, None)
            self._kept.pop(entity.name, None)
            return None
        if entity.name not in self._kept:
            self._ask(ask)
        self._expected.pop(entity.name)
        return self._kept.pop(entity.name, None)

    def _ask(self, first: Ask) -> None:
        wanted: dict[str, Part] = {}
        for ask in (first, *(other for other in self._expected.values() if other is not first)):
            soql = None if ask.cursor is None or len(wanted) == MOST_QUERIES else self._soql(ask)
            if soql is not None:
                wanted[ask.entity.name] = self._rest.query_part(ask.entity.name, soql, deleted=True)
        if len(wanted) < 2:  # noqa: PLR2004 - one is asked for as well by itself
            return
        answers, date = self._rest.composite_dated(list(wanted.values()), kind="query")
        self._kept.clear()
        for name, answer in answers.items():
            if answer.ok:
                try:
                    records, done = rows_of(answer.body)
                except PeerAnswerError:
                    # Asked for by itself it tells what is wrong with it.
                    continue
                self._kept[name] = QueryAnswer(records=records, done=done, date=date)

    def _soql(self, ask: Ask) -> str | None:
        try:
            return self._query(ask.entity, ask.cursor)
        except ConfigurationError:
            # The org lacks what is needed; who fetches it is told so.
            return None
