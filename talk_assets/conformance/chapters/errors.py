"""How refusals look."""

from talk_assets.conformance.bodies import least
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.reply import needs
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

ERRORS = Chapter(name="errors", title="Errors", about="These are judged by all answers of the run.")
_SHOWN = 5


def _none(found: list[str], what: str) -> None:
    if found:
        raise BrokenError(f"{len(found)} {what}: {'; '.join(found[:_SHOWN])}{'; …' if len(found) > _SHOWN else '.'}")


@ERRORS.says("malformed", "A body that is not JSON is refused with 400.")
def _malformed(server: Server) -> None:
    for content in (b"{", b'{"familyName":}', b"\xff"):
        server.send("POST", "/contacts", content=content).expect(400)


@ERRORS.says(
    "named", "A 422 has `errors`: for each refused property `pointer` (RFC 6901), `code` and `detail`; all are named."
)
def _named(server: Server) -> None:
    body = {**least("contacts"), "honorific": "lord", "conformance": 1, "birthDate": "never"}
    reply = server.post("/contacts", body).expect(422)
    for error in reply.problems():
        needs(error, ("pointer", "code", "detail"), what=f"an error of {reply.asked}")
    pointers = {error["pointer"] for error in reply.problems()}
    if pointers != {"/honorific", "/conformance", "/birthDate"}:
        raise BrokenError(f"{reply.asked} with three wrong properties names {', '.join(sorted(pointers)) or 'none'}.")


@ERRORS.says(
    "nothing", "An address that is none is answered with 404, a method it does not know with 405.", writes=False
)
def _nothing(server: Server) -> None:
    server.get("/conformance-nothing").expect(404)
    server.send("PUT", "/contacts", body={}).expect(405)


@ERRORS.says(
    "problems",
    "Every refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status` and `detail`.",
    writes=False,
)
def _problems(server: Server) -> None:
    server.get("/contacts/conformance-no-such-record")
    _none(server.traces.other_problems, "refusals are no problem documents")


@ERRORS.says("patience", "A 429 says in `Retry-After` when to ask again.", writes=False)
def _patience(server: Server) -> None:
    _none(server.traces.impatient, "answers of 429 had no Retry-After")


@ERRORS.says("failures", "No request of a client makes the server fail with 5xx.", writes=False)
def _failures(server: Server) -> None:
    _none(server.traces.failures, "requests made the server fail")
