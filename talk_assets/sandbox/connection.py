"""The TCP connection a request came by, so that it can be broken in the middle."""

import asyncio
import socket
import struct

CONNECTION = "sandbox.connection"
"""The name of a request's connection among the extensions of its ASGI scope."""
_LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER switched on with no time: closing then resets the connection instead of ending it politely."""


class Connection:
    """One connection of one client. *stopping* is set when the server stops."""

    def __init__(self, transport: asyncio.Transport, *, stopping: asyncio.Event) -> None:
        self._transport = transport
        self.stopping = stopping

    def reset(self) -> None:
        """Break it, unless it is closed: the client reads a reset once it has read what was sent."""
        if self._transport.is_closing():
            return
        wire = self._transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._transport.abort()
