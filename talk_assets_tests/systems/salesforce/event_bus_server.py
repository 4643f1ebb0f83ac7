"""An event bus on loopback: Subscribe of the published interface, with its rules of flow, over real gRPC.

It reads and writes the messages by hand, byte by byte, so that a wrong number in ours would show.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import grpc

LEAVE = object()
VARINT, TEXT = 0, 2


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 0x80:
            return value, at


def read_request(data: bytes) -> tuple[str, int]:
    """The topic (field 1) and how many events are asked for (field 4)."""
    topic, wanted, at = "", 0, 0
    while at < len(data):
        tag, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if tag == 1 << 3 | TEXT:
            topic, at = data[at : at + value].decode(), at + value
        elif tag == 4 << 3 | VARINT:
            wanted = value
        else:
            raise AssertionError(tag)
    return topic, wanted


def chunk(number: int, content: bytes) -> bytes:
    return varint(number << 3 | TEXT) + varint(len(content)) + content


def answer(events: int, pending: int) -> bytes:
    """Events with all the fields real ones have (event 1: id 1, schema_id 2, payload 3; replay_id 2)."""
    event = chunk(1, chunk(1, b"e1") + chunk(2, b"schema") + chunk(3, b"\x00avro")) + chunk(2, b"\x00\x07")
    rest = chunk(2, b"\x00\x07") + chunk(3, b"rpc-1")
    return chunk(1, event) * events + rest + (varint(4 << 3 | VARINT) + varint(pending) if pending else b"")


@dataclass
class Bus:
    """What it knows, and what was asked of it."""

    url: str = ""
    open: bool = True
    ended: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=lambda: {"/data/ChangeEvents"})
    seen: list[dict[str, str]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    subscribed: SimpleQueue = field(default_factory=SimpleQueue)
    _happened: SimpleQueue = field(default_factory=SimpleQueue)

    def tell(self, events: int) -> None:
        """Let *events* happen; 0 is a sign of life."""
        self._happened.put(events)

    def cut(self) -> None:
        """End the subscription that is there, as a restart of the bus would."""
        self._happened.put(LEAVE)

    def topic(self, data, context):
        """What is known of a topic: its name (field 1), the tenant (2), may publish (3) and subscribe (4)."""
        tag, length = data[0], data[1]
        assert (tag, length) == (1 << 3 | TEXT, len(data) - 2)
        name = data[2:].decode()
        if name not in self.topics:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no such topic: {name}")
        rights = varint(3 << 3 | VARINT) + b"\x00" + varint(4 << 3 | VARINT) + (b"\x01" if self.open else b"\x00")
        return chunk(1, name.encode()) + chunk(2, b"tenant") + rights + chunk(5, b"schema") + chunk(6, b"rpc-2")

    def subscribe(self, requests, context):
        metadata = dict(context.invocation_metadata())
        self.seen.append(metadata)
        if metadata.get("accesstoken", "") in {"", *self.ended}:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "sfdc.platform.eventbus.grpc.service.auth.error")
        topic, pending = read_request(next(requests))
        self.asked.append(pending)
        if topic not in self.topics:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no such topic: {topic}")
        more: SimpleQueue = SimpleQueue()

        def take():
            with suppress(grpc.RpcError):
                for one in requests:
                    more.put(read_request(one)[1])

        threading.Thread(target=take, daemon=True).start()
        self.subscribed.put(topic)
        while context.is_active():
            try:
                happened = self._happened.get(timeout=0.05)
            except Empty:
                continue
            if not context.is_active():
                self._happened.put(happened)
                return
            if happened is LEAVE:
                context.abort(grpc.StatusCode.UNAVAILABLE, "the bus restarts")
            while not more.empty():
                self.asked.append(more.get())
                pending += self.asked[-1]
            assert happened <= pending <= 100, "events were sent that nobody asked for"
            pending -= happened
            yield answer(happened, pending)


@contextmanager
def event_bus():
    """Serve a bus that takes every token but those of sessions that it was told have ended."""
    bus = Bus()
    handlers = {
        "Subscribe": grpc.stream_stream_rpc_method_handler(bus.subscribe),
        "GetTopic": grpc.unary_unary_rpc_method_handler(bus.topic),
    }
    server = grpc.server(ThreadPoolExecutor(8, thread_name_prefix="bus"))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("eventbus.v1.PubSub", handlers)])
    bus.url = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield bus
    finally:
        server.stop(None)
