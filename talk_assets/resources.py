"""Opens the two ends and the store from the settings."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from talk_assets.alerts.channels import Channel, Mailbox, mail, webhook
from talk_assets.entities import LOOKUPS, PAIRS, children_of
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.remembered import Remembered
from talk_assets.session import Options, PrivateContacts, Session
from talk_assets.settings import AlertSettings, EventBusSettings, SalesforceSettings, Settings
from talk_assets.store.database import Database
from talk_assets.systems.http import HttpClient, Patience
from talk_assets.systems.origin import origin_of
from talk_assets.systems.plugged import Opening, open_customerp
from talk_assets.systems.port import CallCount, SystemPort
from talk_assets.systems.salesforce.client import SalesforcePort
from talk_assets.systems.salesforce.login import Grant, SalesforceLogin, client_credentials, jwt_bearer, refresh_token
from talk_assets.systems.salesforce.login import Session as SalesforceSession
from talk_assets.systems.salesforce.remembered import Remembered as SalesforceRemembered

if TYPE_CHECKING:
    from talk_assets.systems.salesforce.event_bus import EventBus

PREPARED_FOR_JOBS = 10_000
"""Creations made ready at a time where bulk jobs take them: as many as one job has rows."""
PAUSE_BETWEEN_RUNS = 30
"""How much longer than a client's first pause a write waits at most before a later run tries it again."""


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def declared(settings: Settings) -> tuple[dict[str, EntityPair], dict[str, Entity]]:
    """The pairs and look-ups, with our key in the Salesforce field that the settings name."""
    pairs, lookups = _declared(settings.salesforce.external_id_field)
    return dict(pairs), dict(lookups)


@lru_cache(maxsize=4)
def _declared(key: str) -> tuple[dict[str, EntityPair], dict[str, Entity]]:
    """One set of declarations for all sessions of a process: what is worked out from them is worked out once."""
    pairs = {name: replace(pair, salesforce_key=key) for name, pair in PAIRS.items()}
    lookups = {name: replace(entity, key_path=key if entity.key_path else None) for name, entity in LOOKUPS.items()}
    return pairs, lookups


def grant(settings: SalesforceSettings) -> Grant:
    """How the settings say to log in to Salesforce."""
    secret = None if settings.client_secret is None else settings.client_secret.reveal()
    if settings.login == "jwt_bearer" and settings.username is not None and settings.private_key is not None:
        return jwt_bearer(
            client_id=settings.client_id,
            username=settings.username,
            audience=settings.audience,
            private_key=settings.private_key.reveal(),
            clock=utc_now,
        )
    if settings.login == "refresh_token" and settings.refresh_token is not None:
        return refresh_token(client_id=settings.client_id, client_secret=secret, token=settings.refresh_token.reveal())
    return client_credentials(client_id=settings.client_id, client_secret=secret or "")


def open_ends(
    settings: Settings,
    *,
    patience: Patience | None = None,
    only_listening: bool = False,
    remembered: Remembered | None = None,
) -> dict[System, SystemPort]:
    """Open both ends; nothing is asked of them yet.

    Who is *only_listening* hears of what others change, where an end tells whose a change was. What is *remembered*
    from an earlier run need not be asked again.
    """
    known = None if remembered is None else remembered.of(settings)
    pairs, lookups = declared(settings)
    relations = {p.name: p.salesforce_children for p in pairs.values() if p.salesforce_children}
    entities = {
        system: {name: pair.entity(system, children_of(pair)) for name, pair in pairs.items()} for system in System
    }
    salesforce = SalesforcePort(
        login=SalesforceLogin(
            url=settings.salesforce.url,
            grant=grant(settings.salesforce),
            api_version=settings.salesforce.api_version,
            ca_file=settings.ca_file,
        ),
        entities=entities[System.SALESFORCE] | lookups,
        relations=relations,
        clock=utc_now,
        lookback=settings.lookback,
        patience=patience,
        reserve=settings.salesforce_reserve,
        bulk_from=settings.salesforce_bulk_rows or None,
        only_listening=only_listening,
        remembered=None if known is None else known.salesforce,
    )
    customerp = open_customerp(
        settings.customerp.port,
        Opening(
            url=settings.customerp.url,
            api_key=settings.customerp.api_key.reveal(),
            entities=entities[System.CUSTOMERP],
            clock=utc_now,
            ca_file=settings.ca_file,
            patience=patience,
            only_listening=only_listening,
        ),
        remembered=None if known is None else known.customerp,
    )
    return {System.SALESFORCE: salesforce, System.CUSTOMERP: customerp}


def open_event_bus(settings: Settings, chosen: EventBusSettings) -> "EventBus":
    """Open Salesforce's event bus; nothing is asked of it yet.

    Raises:
        ConfigurationError: Its address, or a certificate, cannot be used.
    """
    from talk_assets.systems.salesforce.event_bus import EventBus  # noqa: PLC0415 - grpc, for who listens only

    origin = origin_of(settings.salesforce.url, end=System.SALESFORCE)
    remembered = SalesforceRemembered()
    client = HttpClient(
        end=System.SALESFORCE, origin=origin, credentials=None, calls=CallCount(), ca_file=settings.ca_file
    )
    session = SalesforceSession(client=client, origin=origin, grant=grant(settings.salesforce), remembered=remembered)
    return EventBus(
        url=chosen.url,
        instance=settings.salesforce.url,
        session=session,
        remembered=remembered,
        ca_file=settings.ca_file,
    )


class KeptEnds:
    """Both ends for those who only listen: opened once, and anew after a failure or when the settings changed."""

    def __init__(self, read_settings: Callable[[], Settings]) -> None:
        self._read_settings = read_settings
        self._kept: dict[System, tuple[Settings, dict[System, SystemPort]]] = {}
        self._gates = {system: Lock() for system in System}

    @contextmanager
    def __call__(self, system: System) -> Iterator[SystemPort]:
        """Lend the port of *system*, to one at a time."""
        with self._gates[system]:
            settings = self._read_settings()
            if system in self._kept and self._kept[system][0] != settings:
                self._forget(system)
            if system not in self._kept:
                self._kept[system] = settings, open_ends(settings, only_listening=True)
            try:
                yield self._kept[system][1][system]
            except BaseException:
                self._forget(system)
                raise

    def _forget(self, system: System) -> None:
        for port in self._kept.pop(system)[1].values():
            port.close()


def open_channels(settings: AlertSettings) -> dict[str, Channel]:
    """The ways alerts go out, by name; none where none is set."""
    channels: dict[str, Channel] = {}
    if settings.webhook is not None:
        channels["webhook"] = webhook(settings.webhook.reveal(), ca_file=settings.ca_file)
    if settings.mail is not None:
        told, server = settings.mail, settings.mail.server
        channels["e-mail"] = mail(
            Mailbox(
                host=server.host,
                port=server.port,
                encrypted=server.encrypted,
                plain=server.plain,
                sender=told.sender,
                to=told.to,
                user=told.user,
                password=None if told.password is None else told.password.reveal(),
                ca_file=settings.ca_file,
            )
        )
    return channels


@contextmanager
def open_session(
    settings: Settings,
    *,
    patience: Patience | None = None,
    clock: Callable[[], datetime] = utc_now,
    remembered: Remembered | None = None,
) -> Iterator[Session]:
    """Open the store under its lock and both ends, and make sure they belong together.

    *patience* is how long and how often the ends are waited for (None: as the clients do by themselves),
    *clock* tells the time of the run. What is *remembered* is forgotten if anything goes wrong.

    Raises:
        StoreBusyError: another run holds the store.
        StoreMismatchError: the store belongs to another org or tenant.
    """
    with ExitStack() as stack:
        db = stack.enter_context(Database(settings.store))
        if remembered is not None:
            stack.push(remembered.unless_failed)
        ends = open_ends(settings, patience=patience, remembered=remembered)
        for port in ends.values():
            stack.callback(port.close)
        pairs, lookups = declared(settings)
        session = Session(
            db=db,
            ends=ends,
            clock=clock,
            pairs=pairs,
            lookups=lookups,
            addresses={System.SALESFORCE: settings.salesforce.url},
            options=Options(
                account_for_private_contacts=PrivateContacts(settings.account_for_private_contacts),
                opportunity_stage=settings.opportunity_stage,
                retry_pause=PAUSE_BETWEEN_RUNS * (patience or Patience()).first_pause,
                history_kept=settings.history_kept,
                show_values=settings.show_values,
                journal_kept=settings.journal_kept,
                prepare_records=PREPARED_FOR_JOBS if settings.salesforce_bulk_rows else Options().prepare_records,
            ),
        )
        session.begin()
        yield session
