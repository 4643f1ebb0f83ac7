"""Text that an end stores otherwise than it was sent."""

from collections.abc import Callable, Mapping

from talk_assets.sandbox.faults.request import Json

_SHORT = 5
HOW: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "truncate": lambda text: text[:_SHORT],
    "pad": lambda text: f"{text} .",
}


def normalised(value: Json, *, names: frozenset[str], how: str) -> Json:
    """Return JSON *value* with the text under each of *names* changed, however deep it is.

    Raises:
        KeyError: there is no such way.
    """
    if isinstance(value, list):
        return [normalised(one, names=names, how=how) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: HOW[how](one) if name in names and isinstance(one, str) else normalised(one, names=names, how=how)
        for name, one in value.items()
    }
