"""Files with secrets: read only if nobody else can read them."""

import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def is_private(path: Path) -> bool:
    """Whether only its owner may read *path*, or change it."""
    return not path.stat().st_mode & OTHERS


def private_text(path: Path) -> str:
    """The text of a file.

    Raises:
        OSError: it cannot be read.
        ValueError: others may read it, or it holds no text.
    """
    if not is_private(path):
        raise ValueError(f"others on this machine may read it; run: chmod 600 {path}")
    return path.read_text(encoding="utf-8")
