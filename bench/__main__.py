"""`python -m bench`: measure four cycles over contacts, next to the bare requests they are made of."""

import argparse
import json
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench import contacts
from bench.cycles import Run, scenarios
from bench.processes import ends
from bench.summary import as_json, as_markdown

_REPORT = Path(__file__).parents[1] / "data" / "bench.json"
_SMALLEST = 400
_LIBRARIES = ("talk-assets", "polars", "duckdb", "httpx", "msgspec", "pandera")


def main() -> None:
    """Measure a first load, a cycle without changes, one with edits on both ends, and its echo."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--size", type=int, default=2000, help="contacts to begin with (default 2000, at least 400)")
    parser.add_argument("--rounds", type=int, default=3, help="times each cycle is measured (default 3)")
    parser.add_argument("--lookback", type=int, default=600, help="TALK_LOOKBACK_SECONDS (default 600)")
    chosen = parser.parse_args()
    if chosen.size < _SMALLEST or chosen.rounds < 1:
        parser.error(f"at least {_SMALLEST} contacts and one round are needed, so that there is something to measure")
    each = min(100, chosen.size // 20)
    runs: list[Run] = []
    for number in range(chosen.rounds):
        sys.stderr.write(f"round {number + 1} of {chosen.rounds}\n")
        runs += _round(chosen.size, each=each, lookback=chosen.lookback)
    versions = {name: version(name) for name in _LIBRARIES}
    sys.stdout.write(
        f"{chosen.size:,} contacts, {each} edits on each end ({each // 10} the same), {chosen.rounds} rounds; "
        f"Python {platform.python_version()}, {', '.join(f'{name} {v}' for name, v in versions.items())}.\n"
        "The ratio is CPU of the cycle over CPU of a bare HTTP client making the same requests for the same "
        "answers, measured right after it; judge by that, as seconds differ from machine to machine.\n\n"
        f"{as_markdown(runs)}\n"
    )
    _REPORT.parent.mkdir(exist_ok=True)
    report = {"size": chosen.size, "each": each, "lookback": chosen.lookback, "versions": versions}
    _REPORT.write_text(json.dumps(report | {"runs": as_json(runs)}, indent=1) + "\n")


def _round(size: int, *, each: int, lookback: int) -> list[Run]:
    with ends() as both, tempfile.TemporaryDirectory() as folder:
        contacts.make(both.direct, size)
        store = Path(folder) / "store.duckdb"
        return list(scenarios(both, store=store, each=each, same=each // 10, lookback=lookback))


if __name__ == "__main__":
    main()
