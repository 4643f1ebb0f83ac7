"""A store must not be used by a forked child: two processes would write one file through one connection."""

import ctypes
import os
from typing import Any, Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """Something a forked child must let go of."""

    def disown(self) -> None:
        """Make every later use in this process fail."""
        ...


_OPEN: "WeakSet[Any]" = WeakSet()


def guard(opened: Forkable) -> None:
    """Have *opened* disowned in every child that this process forks."""
    _OPEN.add(opened)


def keep_forever(thing: object) -> None:
    """Never end *thing* in this process: ending it would touch files that belong to the parent."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def _disown_all() -> None:
    for opened in list(_OPEN):
        opened.disown()


os.register_at_fork(after_in_child=_disown_all)
