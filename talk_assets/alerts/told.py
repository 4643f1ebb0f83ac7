"""What `talk sync` told of its failures so far, kept in a small file beside the store.

Not in the store: one that is damaged or held by somebody else is itself worth an alert.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from talk_assets.alerts.channels import Channel, hand_over
from talk_assets.alerts.signs import Sign
from talk_assets.alerts.standing import due, dumped, loaded, observe, sent


def told_file(store: Path) -> Path:
    """The file for *store*."""
    return store.with_name(f"{store.name}.alerts")


def tell(
    file: Path,
    signs_for: Callable[[Sequence[str]], Sequence[Sign]],
    channels: Mapping[str, Channel],
    *,
    now: datetime,
    repeat: timedelta,
) -> dict[str, str]:
    """Tell by *channels* what is new; which of them did not take it, and why.

    *signs_for* gives the signs for the causes that are known to stand. Nothing that goes wrong here is raised: an alert
    must never be why a sync fails.
    """
    try:
        known = loaded(file.read_text(encoding="utf-8")) if file.exists() else {}
    except OSError:
        known = {}
    causes = observe(known, signs_for(tuple(known)))
    message = due(causes, now, repeat=repeat)
    refused: dict[str, str] = {}
    if message is not None:
        refused = hand_over(message, channels)
        causes = sent(causes, message, now, taken=len(refused) < len(channels))
    if causes != known:
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
                opened.write(dumped(causes))
        except OSError as error:
            refused["file"] = f"{file} cannot be written: {error.strerror}. The same may be told again."
    return refused
