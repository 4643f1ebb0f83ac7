"""Reports as files: written whole or not at all, for their owner alone."""

import os
from datetime import UTC, datetime
from pathlib import Path

from talk_assets.model.errors import ConfigurationError


def write(path: Path, text: str) -> None:
    """Write *text* to *path*, readable by its owner alone; its folder is made where it is missing.

    Raises:
        ConfigurationError: it cannot be written there; what was there before still is.
    """
    draft = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True) if draft.parent.is_dir() else None
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}. No report was made. Name a file in a folder of yours."
        ) from error


def keep_latest(folder: Path, pattern: str, *, since: datetime) -> None:
    """Remove what *pattern* matches in *folder* and was written before *since*."""
    for path in folder.glob(pattern):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < since:
            path.unlink()
