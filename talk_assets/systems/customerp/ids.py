"""What may pass for a Customerp id."""

import re

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,199}")


def id_of(text: str) -> str | None:
    """Return *text* if it can be a record's id, None otherwise.

    Ids stand in paths (``/orders/ID/lines``) and in lists (``ids=ID,ID``), so one with a slash, a comma or
    a percent sign would name something else there.
    """
    return text if _ID.fullmatch(text) else None


def checked(*ids: str) -> None:
    """Make sure that *ids* can stand in a request.

    Raises:
        ValueError: one is not a record id.
    """
    if any(id_of(one) is None for one in ids):
        raise ValueError("not a Customerp record id")
