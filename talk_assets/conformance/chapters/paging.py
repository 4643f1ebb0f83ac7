"""Pages of a list while records change."""

from talk_assets.conformance.bodies import Body
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

PAGING = Chapter(
    name="paging",
    title="Paging",
    about="The following page is asked for with `cursor`, the `next` of the page before, and the same other "
    "parameters.",
)


@PAGING.says("whole", "The pages of a list hold every record once.")
def _whole(server: Server) -> None:
    since = _three(server)
    once = [str(item["id"]) for item in server.listed("contacts", updatedSince=since, limit="1000")]
    singly = [str(item["id"]) for item in server.listed("contacts", updatedSince=since, limit="1")]
    if len(set(once)) != len(once) or sorted(singly) != sorted(once):
        raise BrokenError(
            f"pages of 1 hold {len(singly)} records, {len(set(singly))} of them different, of {len(once)}."
        )


@PAGING.says("size", "A page has `limit` records unless it is the last.")
def _size(server: Server) -> None:
    sizes = [len(page) for page in server.pages("contacts", updatedSince=_three(server), limit="2")]
    if any(size != 2 for size in sizes[:-1]) or sizes[-1] > 2:  # noqa: PLR2004 - the limit asked for
        raise BrokenError(f"pages of limit=2 have {', '.join(map(str, sizes))} records.")


@PAGING.says("first", "The first page does not depend on what comes after it; `next` is null on the last.")
def _first(server: Server) -> None:
    since = _three(server)
    server.settle()
    first = server.get("/contacts", {"updatedSince": since, "limit": "1"}).expect(200).object()
    if not isinstance(first.get("next"), str):
        raise BrokenError("a page of 1 of 3 records has no `next`.")


@PAGING.says(
    "steady",
    "A record that is changed or deleted while pages are read makes no other record be left out: a cursor names a "
    "place in the order, not a number of records.",
    capability="paging",
)
def _steady(server: Server) -> None:
    since = _three(server)
    seen: list[Body] = []
    touched: set[str] = set()
    for page in server.pages("contacts", updatedSince=since, limit="1", deleted="include"):
        seen += page
        for item in page:
            # Moves behind the rest, which an offset would then jump over.
            if str(item["id"]) not in touched and item.get("deleted") is False:
                touched.add(str(item["id"]))
                path = f"/contacts/{item['id']}"
                server.patch(path, {"jobTitle": "Moved"}, If_Match=server.etag(path)).expect(200)
    if len(touched) < 3:  # noqa: PLR2004 - as many as were made
        raise BrokenError(
            f"of 3 records that were changed while their pages were read {3 - len(touched)} did not come."
        )


def _three(server: Server) -> str:
    """Make three contacts; return the time of the first."""
    first, *_ = [server.made_as("contacts") for _ in range(3)]
    return str(first["updatedAt"])
