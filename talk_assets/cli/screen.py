"""The two streams of a command: results on stdout, everything said beside them on stderr.

Colours and moving lines are left out by Rich when a stream is not a terminal.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPED_WIDTH = 160
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) != "\n"}


def results() -> Console:
    """Stdout, for what was asked for."""
    return _console(stderr=False)


def errors() -> Console:
    """Stderr, for messages and progress."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        # A file or a pipe has no edge to fold tables at.
        console.width = _PIPED_WIDTH
    return console


def plain(text: str, style: str = "") -> Text:
    """*text* as it is: no markup, and control characters made visible so that data cannot drive a terminal."""
    return Text(text.translate(_CONTROL), style=style)


def cell(text: str | None, limit: int = 60) -> Text:
    """*text* for one cell of a table: on one line, cut to *limit*; a dim dash for none."""
    if text is None:
        return Text("—", style="dim")
    line = text.replace("\n", "⏎")
    return plain(line if len(line) <= limit else line[: limit - 1] + "…")


def table(*headings: str, title: str | None = None, fixed: int = 1) -> Table:
    """An empty table; the first *fixed* columns are never folded."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        made.add_column(heading, overflow="fold", no_wrap=position < fixed)
    return made


@contextmanager
def progress(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is going on while the block runs; yields the function that changes the line.

    On a stream that is no terminal each new line is printed once instead.
    """
    console = errors()
    if not console.is_terminal:
        yield lambda message: console.print(plain(message))
        return
    with console.status(plain(first)) as status:
        yield lambda message: status.update(plain(message))
