"""Each rule of ports catches a port that breaks it, and says in words what was wrong."""

from contextlib import nullcontext

import pytest

from talk_assets.testing import RULES, broken_rules
from talk_assets_tests.testing.broken_ports import BROKEN
from talk_assets_tests.testing.subjects import memory_subject

NAMES = [rule.name for rule in RULES]


def test_every_rule_has_a_port_that_breaks_it():
    """No rule is there that cannot fail."""
    assert sorted(BROKEN) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_broken_rule_is_caught(name):
    """The port that was written to break a rule is caught by that rule, with a reason."""
    found = broken_rules(lambda: nullcontext(memory_subject(seen_as=BROKEN[name])))

    assert name in found
    assert len(found[name]) > 10


def test_sound_port_breaks_no_rule():
    """The function for those without pytest finds nothing wrong with a sound port."""
    assert broken_rules(lambda: nullcontext(memory_subject())) == {}


def test_rules_that_cannot_be_asked_are_left_out():
    """An end without documents is asked the other rules only."""

    def opened():
        subject = memory_subject(seen_as=BROKEN["document_is_created_whole"])
        subject.document = subject.line = None
        return nullcontext(subject)

    assert broken_rules(opened) == {}


def test_rules_read_as_sentences():
    """Each rule is one sentence of its own."""
    sentences = [rule.says for rule in RULES]

    assert len(set(sentences)) == len(RULES)
    assert [text for text in sentences if not text.endswith(".") or not text[0].isupper()] == []
