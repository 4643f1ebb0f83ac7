"""All rules of ports, as a test class for pytest and as a plain function."""

import unittest
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from talk_assets.testing.documents import DOCUMENTS
from talk_assets.testing.reading import READING
from talk_assets.testing.rule import Rule
from talk_assets.testing.standing import STANDING
from talk_assets.testing.subject import Subject
from talk_assets.testing.writing import WRITING

RULES: tuple[Rule, ...] = (*STANDING, *READING, *WRITING, *DOCUMENTS)
"""What a port promises, one sentence a rule."""


class PortTests:
    """Every rule as one test: subclass it, and give the class or its module a fixture called *subject*.

    The fixture returns a `Subject`, whose end may hold any records besides. Rules that the subject cannot be asked
    are skipped, and say why.
    """

    def pytest_generate_tests(self, metafunc: Any) -> None:  # noqa: ANN401 - pytest is no dependency
        """Ask every rule."""
        if "rule" in metafunc.fixturenames:
            metafunc.parametrize("rule", RULES, ids=[rule.name for rule in RULES])

    def test_port_keeps(self, rule: Rule, subject: Subject) -> None:
        """The port keeps one rule of ports.

        Raises:
            BrokenRuleError: it does not.
        """
        missing = rule.missing(subject)
        if missing is not None:
            raise unittest.SkipTest(missing)
        rule.check(subject)


def broken_rules(opened: Callable[[], AbstractContextManager[Subject]]) -> dict[str, str]:
    """Ask every rule of a subject newly opened for it; what was wrong, by the broken rule's name."""
    found: dict[str, str] = {}
    for rule in RULES:
        with opened() as subject:
            if rule.missing(subject) is not None:
                continue
            try:
                rule.check(subject)
            except AssertionError as error:
                found[rule.name] = str(error)
    return found
