"""Switching a part of the engine for a wrong one, for the length of a block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def switched(owner: object, name: str, wrong: Callable[[Any], Any]) -> Iterator[None]:
    """Put *wrong*, made from the right part, in the place of *owner*'s *name*."""
    right = getattr(owner, name)
    setattr(owner, name, wrong(right))
    try:
        yield
    finally:
        setattr(owner, name, right)
