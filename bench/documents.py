"""The embedded systems with AdventureWorks in Customerp, for benchmarks of documents with their lines."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from bench.case import Facts
from bench.processes import ROOT, printing

_CONTACTS = 19_972


def _records() -> ModuleType:
    path = ROOT / "talk_assets_tests" / "adventureworks" / "records.py"
    spec = importlib.util.spec_from_file_location("adventureworks_records", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not there.")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def missing() -> str:
    """Why the set cannot be used here; nothing where it can."""
    shared = ROOT.parent / "shared" / "data" / "adventureworks"
    return (
        "" if shared.is_dir() else "the AdventureWorks set is not beside this checkout (../shared/data/adventureworks)"
    )


@contextmanager
def loaded(orders: int) -> Iterator[Facts]:
    """Both embedded systems as a process of their own; Customerp has the first *orders* with all they refer to."""
    command = [sys.executable, "-c", "from talk_assets.cli import main; main()", "sandbox", "--sample", "none"]
    with printing([*command, "--salesforce-port", "0", "--customerp-port", "0"]) as facts:
        _records().load(**facts["customerp"], contact_limit=_CONTACTS, order_limit=orders)
        yield facts
