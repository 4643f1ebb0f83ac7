"""Hears of changes by Salesforce's Pub/Sub API, as they happen; it never looks at what an event holds.

A subscription is pulled: it lives as long as events are asked for that have not come yet, and the bus answers at least
every 270 seconds, if only to say that nothing happened.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import certifi
import grpc
import httpx

from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.model.peer_text import LONGEST_NAME, quoted
from talk_assets.model.system import System
from talk_assets.systems.origin import origin_of
from talk_assets.systems.salesforce.event_messages import (
    GET_TOPIC,
    SUBSCRIBE,
    FetchRequest,
    FetchResponse,
    TopicInfo,
    TopicRequest,
)
from talk_assets.systems.salesforce.login import Session
from talk_assets.systems.salesforce.remembered import Remembered
from talk_assets.systems.transport import trusted

MOST_EVENTS = 100
"""How many events may be asked for at a time."""
_FEWEST = 50
"""With fewer than so many to come, more are asked for."""
SILENCE_SECONDS = 300.0
"""A subscription that nothing is heard of for so long is dead: half a minute more than the bus takes to say so."""
_PATIENCE_SECONDS = 20.0
_HTTPS_PORT = 443
_LARGEST = 16 * 1024 * 1024
_MEND = {
    grpc.StatusCode.NOT_FOUND: "Check the topic's name.",
    grpc.StatusCode.INVALID_ARGUMENT: "Check the topic's name.",
    grpc.StatusCode.PERMISSION_DENIED: "The user may not listen: it needs to see all records of what the topic tells.",
    grpc.StatusCode.UNIMPLEMENTED: "Check the address: what answers there is no event bus of Salesforce.",
}
"""What only a person can mend, with what to do."""


class NotToBeHeardError(ConfigurationError):
    """The event bus refuses a subscription, and will again until somebody changes something."""


class EventBus:
    """The event bus at *url*, as the user of *session*; *remembered* is the session's."""

    def __init__(
        self,
        *,
        url: str,
        instance: str,
        session: Session,
        remembered: Remembered,
        ca_file: Path | None = None,
        silence: float = SILENCE_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._instance = instance
        self._session = session
        self._remembered = remembered
        self._silence = silence
        self._timer = timer
        self._channel = _channel(origin_of(url, end=System.SALESFORCE), ca_file)
        self._calls: set[Any] = set()
        self._closed = threading.Event()

    def close(self) -> None:
        """End all subscriptions."""
        self._closed.set()
        for call in tuple(self._calls):
            call.cancel()
        self._channel.close()

    def may_listen(self, topic: str) -> bool:
        """Whether the bus knows *topic* and lets this user subscribe to it.

        Raises:
            PeerUnavailableError, NotToBeHeardError, ConfigurationError: as `heard`.
        """
        ask = self._channel.unary_unary(
            GET_TOPIC, request_serializer=TopicRequest.SerializeToString, response_deserializer=TopicInfo.FromString
        )
        header = self._session.header()
        try:
            told = ask(TopicRequest(topic_name=topic), metadata=self._metadata(header), timeout=_PATIENCE_SECONDS)
        except grpc.RpcError as error:
            raise _told(topic, error, was_silent=False) from None
        return bool(told.can_subscribe)

    def heard(self, topic: str) -> Iterator[int]:
        """Subscribe to *topic* from now on, and yield how many events came, 0 as a sign of life; ends once closed.

        Raises:
            PeerUnavailableError: the bus cannot be reached, or ended the subscription.
            NotToBeHeardError: it refuses this topic or this user.
            ConfigurationError: Salesforce refuses the login.
        """
        header = self._session.header()
        requests: SimpleQueue[Any] = SimpleQueue()
        requests.put(FetchRequest(topic_name=topic, num_requested=MOST_EVENTS))
        subscribe = self._channel.stream_stream(
            SUBSCRIBE, request_serializer=FetchRequest.SerializeToString, response_deserializer=FetchResponse.FromString
        )
        call = subscribe(iter(requests.get, None), metadata=self._metadata(header))
        self._calls.add(call)
        life = _Life(call, silence=self._silence, timer=self._timer)
        try:
            if self._closed.is_set():
                return
            life.watch()
            for answer in call:
                life.sign()
                yield len(answer.events)
                if answer.pending_num_requested < _FEWEST:
                    missing = MOST_EVENTS - max(answer.pending_num_requested, 0)
                    requests.put(FetchRequest(topic_name=topic, num_requested=missing))
            raise PeerUnavailableError(f"Salesforce's event bus ended the subscription to {quoted(topic)}.")
        except grpc.RpcError as error:
            if self._closed.is_set():
                return
            if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                self._session.renew(header)
            raise _told(topic, error, was_silent=life.is_past) from None
        finally:
            life.over()
            requests.put(None)
            call.cancel()
            self._calls.discard(call)

    def _metadata(self, header: str) -> tuple[tuple[str, str], ...]:
        token = self._remembered.token
        if token is None or token.org is None:
            raise ConfigurationError(
                "The login did not tell the id of the Salesforce org, without which its event bus cannot be asked. "
                "Nothing is lost: the org is asked at its usual times. Unset TALK_SALESFORCE_PUBSUB_URL."
            )
        return (
            ("accesstoken", header.removeprefix("Bearer ")),
            ("instanceurl", self._instance),
            ("tenantid", token.org),
        )


class _Life:
    """Cancels a call that nothing was heard of for too long."""

    def __init__(self, call: Any, *, silence: float, timer: Callable[[], float]) -> None:  # noqa: ANN401 - grpc's own
        self._call = call
        self._silence = silence
        self._timer = timer
        self._last = timer()
        self._over = threading.Event()
        self.is_past = False

    def watch(self) -> None:
        threading.Thread(target=self._watch, name="event-bus-silence", daemon=True).start()

    def sign(self) -> None:
        self._last = self._timer()

    def over(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(max(self._last + self._silence - self._timer(), 0.0)):
            if self._timer() - self._last >= self._silence:
                self.is_past = True
                self._call.cancel()
                return


def _channel(origin: httpx.URL, ca_file: Path | None) -> Any:  # noqa: ANN401 - grpc has no types
    address = f"{origin.host}:{origin.port or _HTTPS_PORT}"
    # As everywhere: no proxy is taken from the environment.
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", _LARGEST)]
    if origin.scheme == "http":
        return grpc.insecure_channel(address, options)
    if ca_file is not None:
        trusted(ca_file, end=System.SALESFORCE)
    roots = b"\n".join(Path(one).read_bytes() for one in (certifi.where(), ca_file) if one is not None)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(roots), options)


def _told(topic: str, error: Any, *, was_silent: bool) -> ConfigurationError | PeerUnavailableError:  # noqa: ANN401 - grpc's own
    code = error.code()
    named = quoted(topic, longest=LONGEST_NAME)
    if was_silent:
        return PeerUnavailableError(f"Salesforce's event bus was silent for too long about {named}.")
    reason = f"{code.name}: {quoted(error.details() or 'no reason given')}"
    if code in _MEND:
        return NotToBeHeardError(f"Salesforce's event bus refuses to tell of {named} ({reason}). {_MEND[code]}")
    return PeerUnavailableError(f"Salesforce's event bus tells no more of {named} ({reason}).")
