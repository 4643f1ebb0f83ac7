"""Salesforce as a `SystemPort`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from talk_assets.model.changes import Op, Write
from talk_assets.model.peer_text import LONGEST_NAME, quoted
from talk_assets.model.reserve import Reserve
from talk_assets.model.shape import ObjectShape
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.answers import AnswerLimits
from talk_assets.systems.batching import split
from talk_assets.systems.http import HttpClient, Patience
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import Ask, CallCount, Capabilities, Identity, Page, Written
from talk_assets.systems.salesforce.bulk.ingest import MOST_ROWS, BulkCreator
from talk_assets.systems.salesforce.bulk.jobs import Jobs
from talk_assets.systems.salesforce.bulk.query import BulkQuery
from talk_assets.systems.salesforce.bulk.table import can_hold
from talk_assets.systems.salesforce.columns import LAYOUT, Columns
from talk_assets.systems.salesforce.documents import DocumentWriter
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.login import SalesforceLogin, Session, client_credentials, utc_now
from talk_assets.systems.salesforce.query import select
from talk_assets.systems.salesforce.reading import Reader
from talk_assets.systems.salesforce.remembered import Remembered
from talk_assets.systems.salesforce.rest import PartAnswer, Rest, rows_in, unexpected
from talk_assets.systems.salesforce.survey import Survey, survey, versions
from talk_assets.systems.salesforce.write import MOST_RECORDS, RecordWriter


class SalesforcePort:
    """The Salesforce end.

    *entities* are all Salesforce entities by name, *relations* the child relation each line entity is
    created through (``OrderItems``). Every incremental fetch reads again what was stamped up to
    *lookback* before the cursor, because a stamp is given when a row is written and the row shows
    only when its transaction commits. *reserve* are calls of the org's daily allowance that are left to others.
    From *bulk_from* rows of one kind on (None: never), reads and creates go by bulk jobs. Who is *only_listening*
    is told of a change once when it shows, and once more when its second is over. *remembered* is what an earlier port
    of the same settings learned.
    """

    system = System.SALESFORCE
    capabilities = Capabilities(compare_and_set=False, change_feed=False, long_poll=False, needs_reread=True)

    def __init__(
        self,
        *,
        login: SalesforceLogin,
        entities: Mapping[str, Entity],
        relations: Mapping[str, str],
        clock: Callable[[], datetime] = utc_now,
        lookback: timedelta = timedelta(seconds=600),
        patience: Patience | None = None,
        limits: AnswerLimits | None = None,
        reserve: Reserve | None = None,
        bulk_from: int | None = None,
        only_listening: bool = False,
        remembered: Remembered | None = None,
    ) -> None:
        self.calls = CallCount()
        self._remembered = remembered or Remembered()
        self._remembered.expire()
        origin = origin_of(login.url, end=System.SALESFORCE)
        grant = login.grant or client_credentials(client_id=login.client_id, client_secret=login.client_secret)
        self._login_client = HttpClient(
            end=System.SALESFORCE,
            origin=origin,
            credentials=None,
            calls=self.calls,
            patience=patience,
            limits=limits,
            ca_file=login.ca_file,
        )
        session = Session(client=self._login_client, origin=origin, grant=grant, remembered=self._remembered)
        self._client = HttpClient(
            end=System.SALESFORCE,
            origin=origin,
            credentials=session,
            calls=self.calls,
            headers={"Sforce-Call-Options": "client=talk-assets", "Sforce-Auto-Assign": "FALSE"},
            patience=patience,
            limits=limits,
            ca_file=login.ca_file,
            reserve=reserve,
        )
        self._rest = Rest(client=self._client, api_version=login.api_version)
        self._columns = Columns(rest=self._rest, currency=lambda: self.identify().currency, remembered=self._remembered)
        self._records = RecordWriter(rest=self._rest, columns=self._columns, user=session.user)
        self._documents = DocumentWriter(
            rest=self._rest, columns=self._columns, entities=entities, relations=relations, user=session.user
        )
        self._bulk_from = bulk_from
        waits = (patience or Patience()).sleep
        ingest, queries = (
            Jobs(client=self._client, root=self._rest.root, kind=kind, sleep=waits) for kind in ("ingest", "query")
        )
        self._reader = Reader(
            rest=self._rest,
            columns=self._columns,
            clock=clock,
            lookback=lookback,
            bulk=None if bulk_from is None else BulkQuery(queries),
            bulk_from=bulk_from or 0,
            only_listening=only_listening,
        )
        self._creator = BulkCreator(
            jobs=ingest, rest=self._rest, columns=self._columns, by_key=self._reader.by_key, user=session.user
        )
        self._once = RLock()

    def ready(self) -> None:
        """Make sure that the org may be called now.

        Raises:
            PeerUnavailableError: it fails, asked for patience, or only the reserve of its calls is left.
        """
        self._client.ready()

    def identify(self) -> Identity:
        """Ask for the organization's id and currency."""
        with self._once:
            known = self._remembered.identity
            if known is None:
                known = self._remembered.identity = self._ask_identity()
            return known

    def standard_pricebook(self) -> str:
        """Return the id of the standard price book; asked once."""
        return str(self.identify().pricebook)

    def shown(self, entity: Entity) -> frozenset[str]:
        """Return the properties that the object's description has, none where the org lacks the object."""
        return self._columns.shown(entity)

    def shape(self, entity: Entity) -> ObjectShape:
        """Return the object as the org describes it to us; asked once."""
        return self._columns.shape(entity)

    def versions(self) -> tuple[str, ...]:
        """Return the API versions that the org offers."""
        return versions(self._rest)

    def survey(self, resources: Sequence[str]) -> Survey:
        """Look the org over: reads only, one for each of *resources* and three more."""
        return survey(self._rest, resources)

    def expect(self, asks: Sequence[Ask]) -> None:
        """Ask for the first pages of these in one call for five objects, and for their descriptions in one for all."""
        self._columns.expect(ask.entity.resource for ask in asks)
        self._reader.ahead.expect(asks)

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield the object from *lookback* before the cursor; the new cursor is the server's clock at the start."""
        return self._reader.fetch(entity, cursor)

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records; deleted ones come as tombstones while the recycle bin has them."""
        return self._reader.read(entity, ids=ids, keys=keys)

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split into batches of 200 records, lines counted; the lines of one document stay together.

        Many creations make batches of 10,000, which go by bulk jobs.
        """
        if self._bulk_from is not None and len(writes) > self._bulk_from and entity.key_path is not None:
            suits: list[Write] = []
            others: list[Write] = []
            for write in writes:
                (suits if self._by_job(entity, write) else others).append(write)
            if len(suits) > max(self._bulk_from, MOST_RECORDS):
                return [*split(suits, most=MOST_ROWS, together=False), *self._small(entity, others)]
        return self._small(entity, writes)

    def _by_job(self, entity: Entity, write: Write) -> bool:
        return (
            write.op is Op.CREATE
            and write.key is not None
            and not write.lines
            and can_hold(self._columns.texts(entity, write))
        )

    def _small(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        return split(
            writes,
            most=MOST_RECORDS,
            together=entity.parent_path is not None,
            size=lambda write: 1 + len(write.lines),
        )

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch of one operation; each record is judged by its own result.

        Raises:
            PeerUnavailableError: the org's request limit is used up.
            ConfigurationError: Salesforce refuses API access, or lacks the object or our key field.
        """
        self._reader.ahead.drop()
        if batch and batch[0].op is Op.CREATE and any(write.lines for write in batch):
            return self._documents.write(entity, batch)
        if len(batch) <= MOST_RECORDS:
            return self._records.write(entity, batch)
        made = self._creator.write(entity, batch)
        if made is not None:
            return made
        # The org takes no bulk jobs of this object.
        return Written.joined([self._records.write(entity, part) for part in self._small(entity, batch)])

    def head(
        self,
        entities: Sequence[Entity],
        since: Mapping[str, str],
        *,
        wait: float = 0.0,  # noqa: ARG002 - the protocol's shape
    ) -> dict[str, str]:
        """Return the newest (stamp, id) per entity, five objects a call."""
        return self._reader.head(entities, since)

    def close(self) -> None:
        """Give up connections."""
        self._client.close()
        self._login_client.close()

    def _ask_identity(self) -> Identity:
        book = select(["Id"], "Pricebook2", where="IsStandard = true", limit=1)
        parts = [
            self._rest.query_part("org", select(["Id", "Name", "DefaultCurrencyIsoCode"], "Organization", limit=1)),
            self._rest.query_part("book", book),
        ]
        answers = self._rest.composite_read(parts, kind="identity")
        found = _first(answers["org"])
        currency = found.get("DefaultCurrencyIsoCode")
        return Identity(
            tenant=found["Id"],
            name=quoted(found.get("Name"), longest=LONGEST_NAME),
            currency=currency if isinstance(currency, str) else None,
            pricebook=str(_first(answers["book"])["Id"]),
        )


def _first(answer: PartAnswer) -> dict[str, Any]:
    records = rows_in(answer)
    first = records[0] if records and isinstance(records[0], dict) else {}
    record_id = first.get(LAYOUT.id)
    own = id_of(record_id) if isinstance(record_id, str) else None
    if own is None:
        raise unexpected("a query for one record")
    return first | {LAYOUT.id: own}
