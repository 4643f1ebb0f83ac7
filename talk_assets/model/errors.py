"""Errors a person can act on.

Each message has three parts: what happened (with system, object, record and property where they
are known), what was not done, and what to do next. `exit_code` is what the `talk` command ends with.
"""

from typing import ClassVar


class TalkError(Exception):
    """A failure with a message meant for a person."""

    exit_code: ClassVar[int] = 7


class DeclarationError(TalkError):
    """A pair, property or lookup is declared wrongly; raised when its module is imported."""

    exit_code = 2


class ConfigurationError(TalkError):
    """A setting is missing or wrong, or an end refuses our credentials or permissions."""

    exit_code = 2


class GuardError(TalkError):
    """A changeset is larger, emptier or more destructive than its limits allow; nothing was written."""

    exit_code = 3


class PeerUnavailableError(TalkError):
    """An end cannot be reached, is overloaded, or its API budget is used up; running again is safe."""

    exit_code = 4


class BudgetUsedError(PeerUnavailableError):
    """An end takes no more calls from us today; the request was not carried out."""


class PeerAnswerError(TalkError):
    """An end answered with something its API does not allow; nothing of the answer was used."""

    exit_code = 4


class StoreBusyError(TalkError):
    """Another process holds the store's lock."""

    exit_code = 5


class StoreWriteError(TalkError):
    """The store's files cannot be written: the disk is full, or forbids it."""

    exit_code = 2


class StoreMismatchError(TalkError):
    """The store is damaged, or belongs to another Salesforce org or Customerp tenant."""

    exit_code = 6
