"""A rule of ports: one sentence, and how a port is seen to break it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from talk_assets.testing.subject import Subject


class BrokenRuleError(AssertionError):
    """A port did otherwise than its protocol says."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a port promises. *check* raises BrokenRuleError where the port does not keep it."""

    name: str
    says: str
    check: Callable[[Subject], None]
    needs_lines: bool = False
    needs_refusal: bool = False

    @classmethod
    def of(cls, check: Callable[[Subject], None], *, needs_lines: bool = False, needs_refusal: bool = False) -> Self:
        """Return the rule that a function checks and its docstring's first line says."""
        return cls(
            name=check.__name__,
            says=(check.__doc__ or "").strip().partition("\n")[0],
            check=check,
            needs_lines=needs_lines,
            needs_refusal=needs_refusal,
        )

    def missing(self, subject: Subject) -> str | None:
        """Why *subject* cannot be asked this, None if it can."""
        if self.needs_lines and (subject.document is None or subject.line is None):
            return "the subject names no document with lines"
        if self.needs_refusal and not (subject.line if self.needs_lines else subject.record).refused:  # type: ignore[union-attr]
            return "the subject names no values that its end refuses"
        return None


def expect(what: str, *, found: object, wanted: object) -> None:
    """Make sure that two things are equal.

    Raises:
        BrokenRuleError: says *what* was otherwise.
    """
    if found != wanted:
        raise BrokenRuleError(f"{what}: wanted {wanted!r}, found {found!r}")


def claim(holds: bool, what: str) -> None:
    """Make sure of a fact.

    Raises:
        BrokenRuleError: *what* does not hold.
    """
    if not holds:
        raise BrokenRuleError(f"does not hold: {what}")
