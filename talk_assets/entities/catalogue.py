"""What only several pairs together can get wrong."""

from collections.abc import Iterable

from talk_assets.model.errors import DeclarationError
from talk_assets.model.pair import EntityPair


def catalogue(pairs: Iterable[EntityPair]) -> dict[str, EntityPair]:
    """Return *pairs* by name, in run order, once they fit together.

    Raises:
        DeclarationError: two pairs share a name, or one refers to a pair that is not there or that
            runs only after it.
    """
    known: dict[str, EntityPair] = {}
    declared = tuple(pairs)
    names = {pair.name for pair in declared}
    for pair in declared:
        if pair.name in known:
            _fail(pair, "is declared twice; give one of them another name")
        needed = {f"property '{p.name}' refers to": p.reference for p in pair.references}
        if pair.parent is not None:
            needed["its rows are lines of"] = pair.parent
        for how, other in needed.items():
            if other not in names:
                _fail(pair, f"{how} '{other}', which is no pair; the pairs are {', '.join(sorted(names))}")
            if other not in known and other != pair.name:
                _fail(pair, f"{how} '{other}', which runs after it; list '{other}' first")
        if pair.parent is not None and known[pair.parent].parent is not None:
            _fail(pair, f"its rows are lines of '{pair.parent}', which are lines themselves")
        known[pair.name] = pair
    return known


def _fail(pair: EntityPair, why: str) -> None:
    raise DeclarationError(f"Pair '{pair.name}': {why}. Correct it in talk_assets/entities/.")
