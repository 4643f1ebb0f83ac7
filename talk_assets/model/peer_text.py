"""What an end says, made fit for a message: one line, of bounded length, that can do nothing to a screen or a log."""

import re
from collections.abc import Iterable

LONGEST = 500
"""Characters of one text of an end that a message quotes."""

LONGEST_NAME = 100
"""Characters of a name or a code of an end that a message quotes."""

HIDDEN = "********"
_SHORTEST_SECRET = 8
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACE = re.compile(r"[ \t\r\n\f\v\u0085\u2028\u2029]+")


def quoted(said: object, *, longest: int = LONGEST) -> str:
    """Return *said* as text for a message.

    White space, line ends among it, becomes single spaces, so that nothing an end says can look like a line
    of our own. Other characters that are not seen but act (terminal escapes, writing direction) become U+FFFD.
    """
    text = said if isinstance(said, str) else str(said)
    # Cutting first keeps a text of megabytes from being searched; what is cut from it is never shown.
    text = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", _SPACE.sub(" ", text[: 4 * longest])).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def without_secrets(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return *body* with each of *secrets* blotted out: an end may repeat in an error what it was sent."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            body = body.replace(secret.encode(), HIDDEN.encode())
    return body
