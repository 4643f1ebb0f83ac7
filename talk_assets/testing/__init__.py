"""Tests that every `SystemPort` must pass, to be run on your own.

Subclass `PortTests` in a test module, give it a `subject` fixture, and run pytest. Nothing here needs pytest
itself: `broken_rules` runs the same rules from anywhere.
"""

from talk_assets.testing.all_rules import RULES, PortTests, broken_rules
from talk_assets.testing.rule import BrokenRuleError, Rule
from talk_assets.testing.subject import Kind, Subject

__all__ = ["RULES", "BrokenRuleError", "Kind", "PortTests", "Rule", "Subject", "broken_rules"]
