"""What one benchmark is: programs that do the same work, the server they do it against, and the goals."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

OURS, LIMIT = "ours", "limit"
Facts = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a program is given: the server's *facts* (none where it needs none), how many records, and a *folder*.

    The folder is empty when the first program of a case starts, and stays until its last one has ended.
    """

    facts: Facts
    size: int
    folder: Path

    def environ(self) -> dict[str, str]:
        """The context for a program's environment."""
        return {"BENCH": json.dumps({"facts": self.facts, "size": self.size, "folder": str(self.folder)})}

    @classmethod
    def of_environment(cls) -> "Context":
        """The context of this program."""
        given = json.loads(os.environ["BENCH"])
        return cls(facts=given["facts"], size=given["size"], folder=Path(given["folder"]))


@dataclass(frozen=True, kw_only=True)
class Samples:
    """A program's figures by name, one a round.

    `cpu` and `wall` in seconds, `peak` in bytes, `calls`, `up` and `down` in bytes of bodies, `connections`, and
    whatever the program itself prints.
    """

    rounds: list[dict[str, float]] = field(default_factory=list)

    def median(self, figure: str) -> float | None:
        """The median of *figure*, None where no round has it."""
        found = [one[figure] for one in self.rounds if figure in one]
        return median(found) if found else None

    def span(self, figure: str) -> tuple[float, float] | None:
        """The least and the most of *figure*."""
        found = [one[figure] for one in self.rounds if figure in one]
        return (min(found), max(found)) if found else None


Measured = Mapping[str, Samples]
"""The samples of a case by program."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A bound on *figure*, which is None where the programs that it compares were not run.

    *why* says where the cost is: it is told where the goal is not met.
    """

    says: str
    figure: Callable[[Measured], float | None]
    most: float
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How a *figure* of ours grows from the least to the most of some sizes, as an exponent: 1 is in proportion.

    The sizes are measured besides that of the case, *rounds* times each; *most* and *why* are as those of a goal.
    """

    figure: str
    quick: tuple[int, ...]
    full: tuple[int, ...]
    most: float
    why: str = ""
    rounds: int = 1


@dataclass(frozen=True, kw_only=True)
class Case:
    """One benchmark; see `bench.__main__` for how to add one.

    *limit* says what the limit of it is. *programs* are modules by label; those in `bench.peers` run in the peers' own
    environment. *judged* is the figure by which they are compared. *quick* and *full* are the sizes, a size of 0
    leaving the case out of that form; *server* are arguments of `bench.neutral`, None for a case without it. Cases with
    the same word in *shared* use one server and one folder, one after the other, so that what one leaves in the folder
    the next need not make. *prepare* is a module that is run before each program, unmeasured. *figures* names what a
    program prints besides what is measured of it, with the unit. With *counted* the instructions of each program are
    counted instead, at half the size and at the size. *lacks* says what is missing here for the case, if anything is.
    """

    name: str
    asks: str
    programs: Mapping[str, str]
    quick: int
    full: int
    limit: str = ""
    of: str = "records"
    judged: str = "cpu"
    server: tuple[str, ...] | None = ()
    shared: str = ""
    prepare: str = ""
    rounds: int | None = None
    goals: tuple[Goal, ...] = ()
    growth: Growth | None = None
    figures: Mapping[str, str] = field(default_factory=dict)
    counted: bool = False
    lacks: Callable[[], str] | None = None


def ratio(
    one: str, other: str, figure: str = "cpu", *, beneath: str | None = None
) -> Callable[[Measured], float | None]:
    """*figure* of one program over that of another, or over *beneath* of that one."""

    def found(measured: Measured) -> float | None:
        if one not in measured or other not in measured:
            return None
        above, below = measured[one].median(figure), measured[other].median(beneath or figure)
        return None if above is None or not below else above / below

    return found


def of(program: str, figure: str, *, per: float = 1.0) -> Callable[[Measured], float | None]:
    """*figure* of a program, divided by *per*."""

    def found(measured: Measured) -> float | None:
        value = measured[program].median(figure) if program in measured else None
        return None if value is None else value / per

    return found


def tell(**figures: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print a program's own figures, as its last line."""
    print(json.dumps(figures))  # noqa: T201 - the harness reads it
