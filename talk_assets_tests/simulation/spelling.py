"""Ends that store another spelling than they are given."""

from talk_assets.systems.memory_rules import trim

CUT = 14
"""Characters a cutting end keeps: enough to hold a value's number."""


def upper(_: str, path: str, text: str) -> str | None:
    text = trim("", "", text) or ""
    return (text.upper() if path == "jobTitle" else text) or None


def cut(_: str, path: str, text: str) -> str | None:
    text = trim("", "", text) or ""
    return (text[:CUT].strip() if path == "Department" else text) or None
