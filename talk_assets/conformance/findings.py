"""How a check ends when it does not simply return."""


class BrokenError(Exception):
    """A sentence does not hold; the text says what was seen instead."""


class NeedError(Exception):
    """The sentence could not be tried, because what it needs first did not work; the text says what."""


class UntriedError(Exception):
    """The sentence was left out on purpose; the text says why."""


class UnreachableError(Exception):
    """The server cannot be tested at all; the text says why."""


class RefusedError(Exception):
    """The server does not know the key; nothing can be tested with it."""
