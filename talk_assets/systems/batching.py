"""Split writes into batches without tearing apart what belongs together."""

from collections.abc import Callable, Sequence

from talk_assets.model.changes import Write


def one(_: Write) -> int:
    """Every write counts once."""
    return 1


def split(
    writes: Sequence[Write], *, most: int, together: bool, size: Callable[[Write], int] = one
) -> list[list[Write]]:
    """Return *writes* in batches of at most *most* by *size*, in order.

    With *together*, the writes to one document's lines come one after another in one batch (documents
    in the order they first appear): they expect each other's versions on one end and lock the same
    document on the other. A write larger than *most* stands alone.
    """
    groups: list[list[Write]] = [[write] for write in writes]
    if together:
        by_document: dict[str | None, list[Write]] = {}
        for write in writes:
            by_document.setdefault(write.parent_id, []).append(write)
        groups = [group[start : start + most] for group in by_document.values() for start in range(0, len(group), most)]
    batches: list[list[Write]] = []
    filled = most
    for group in groups:
        needed = sum(size(write) for write in group)
        if filled + needed > most:
            batches.append([])
            filled = 0
        batches[-1].extend(group)
        filled += needed
    return batches
