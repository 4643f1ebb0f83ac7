"""How many instructions a program takes for each record more, counted by Valgrind: the same on every quiet machine."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.case import Context, Facts, Samples
from bench.once import ProgramError, failed, prepared
from bench.processes import ROOT, environ_for

_TOTAL = re.compile(r"Collected : (\d+)")
_MISSING = "Valgrind was not found (Debian's package is named valgrind)"


def counted(
    commands: Mapping[str, Sequence[str]],
    context: Context,
    *,
    serving: Callable[[int], AbstractContextManager[Facts]],
    prepare: str,
) -> tuple[dict[str, Samples], dict[str, str]]:
    """Count each program at *context*'s size and at half of it; `instructions` is the difference a record.

    A server for the half is *serving*; the start of a program, which both have, is no part of the difference. Besides
    the samples, those that could not be counted, with the reason.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return {}, dict.fromkeys(commands, _MISSING)
    half = context.size // 2
    under = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    samples: dict[str, Samples] = {}
    left_out: dict[str, str] = {}
    with serving(half) as facts, TemporaryDirectory() as folder:
        less = replace(context, facts=facts, size=half, folder=Path(folder))
        for label, command in commands.items():
            sys.stderr.write(f"        {label}, under Valgrind\n")
            totals = []
            try:
                for one in (less, context):
                    prepared(prepare, one)
                    totals.append(_total([*under, *command], one))
            except ProgramError as error:
                left_out[label] = failed(error)
                continue
            samples[label] = Samples(rounds=[{"instructions": (totals[1] - totals[0]) / (context.size - half)}])
    return samples, left_out


def _total(command: Sequence[str], context: Context) -> int:
    ended = subprocess.run(  # noqa: S603 - programs of this project
        command,
        env=environ_for(context.environ() | {"POLARS_MAX_THREADS": "1"}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = _TOTAL.search(ended.stderr)
    if ended.returncode or found is None:
        raise ProgramError(f"{' '.join(command)} failed with exit code {ended.returncode}:\n{ended.stderr}")
    return int(found[1])
