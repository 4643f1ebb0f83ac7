"""One environment variable: its name, what to set it to, how its text becomes a value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from talk_assets.settings.privacy import private_text

T = TypeVar("T")

_SHOWN_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class Variable(Generic[T]):
    """One environment variable: what to set it to, how it is read, its default (None: required).

    An *optional* one may be missing though it has no default. A *secret* one may instead be in a file for its owner
    alone, which the variable `<name>_FILE` names.

    *read* turns the text into the value, or raises ValueError saying what is wrong with it.
    """

    name: str
    doc: str
    read: Callable[[str], T]
    default: str | None = None
    secret: bool = False
    optional: bool = False

    def value(self, environ: Mapping[str, str]) -> T:
        """The value in *environ*, or the default.

        Raises:
            ValueError: It is missing or cannot be read; the text says what was found and what to do.
        """
        found = environ.get(self.name, "").strip() or self._from_file(environ) or self.default
        if found is None:
            raise ValueError(f"{self.name} is not set. Set it to {self.doc}.")
        try:
            return self.read(found)
        except ValueError as error:
            raise ValueError(f"{self.name} is {self._shown(found)}: {error}. Set it to {self.doc}.") from None

    def is_set(self, environ: Mapping[str, str]) -> bool:
        """Whether *environ* says anything of it, by itself or by a file."""
        return bool(environ.get(self.name, "").strip() or (self.secret and environ.get(self.file_name, "").strip()))

    def given(self, environ: Mapping[str, str]) -> T | None:
        """The value in *environ*, or None where nothing is said of it.

        Raises:
            ValueError: as `value`.
        """
        return self.value(environ) if self.is_set(environ) else None

    @property
    def file_name(self) -> str:
        """The variable that names a file with the value."""
        return f"{self.name}_FILE"

    def _from_file(self, environ: Mapping[str, str]) -> str | None:
        path = environ.get(self.file_name, "").strip()
        if not self.secret or not path:
            return None
        try:
            return private_text(Path(path).expanduser()).strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ValueError(f"{self.file_name} names {path}, which cannot be used: {reason}.") from None

    def problem(self, environ: Mapping[str, str]) -> str | None:
        """What is wrong with it in *environ*, or None."""
        if self.optional and not self.is_set(environ):
            return None
        try:
            self.value(environ)
        except ValueError as error:
            return str(error)
        return None

    def hides(self, text: str) -> bool:
        """Whether *text*, which it is set to, may not be shown."""
        # An address that is wrong may be so by a password or a token in it.
        return self.secret or (bool(set(text) & {"@", "?"}) and not self._takes(text))

    def _takes(self, text: str) -> bool:
        try:
            self.read(text)
        except ValueError:
            return False
        return True

    def _shown(self, found: str) -> str:
        if self.hides(found):
            return f"a text of {len(found)} characters"
        return repr(found if len(found) <= _SHOWN_LENGTH else found[:_SHOWN_LENGTH] + "...")
