"""Who may ask, and who answers."""

from talk_assets.conformance.findings import BrokenError, UntriedError
from talk_assets.conformance.reply import Reply, needs
from talk_assets.conformance.sentences import CAPABILITIES, Chapter
from talk_assets.conformance.server import Server

ACCESS = Chapter(
    name="access",
    title="Access",
    about="The API lies under `/api/v1` of the server's address. It takes and gives JSON in UTF-8.",
)


def _refused(reply: Reply) -> None:
    reply.expect(401)
    if not reply.headers.get("WWW-Authenticate"):
        raise BrokenError(f"{reply.asked} answered 401 without WWW-Authenticate.")


@ACCESS.says(
    "required",
    "Every request carries `Authorization: Bearer` with an API key or a token; without it the answer is 401 with "
    "`WWW-Authenticate`.",
    writes=False,
)
def _required(server: Server) -> None:
    for path in ("/", "/contacts", "/changes"):
        _refused(server.send("GET", path, authorization=None))


@ACCESS.says("unknown", "A key that is unknown is refused in the same way.", writes=False)
def _unknown(server: Server) -> None:
    _refused(server.send("GET", "/contacts", authorization="Bearer conformance-no-key"))


@ACCESS.says(
    "token",
    "`POST /oauth/token` with `grant_type=client_credentials` (RFC 6749) answers `access_token`, `token_type` `Bearer` "
    "and `expires_in` in seconds, the client given in the form or as HTTP Basic; the token opens the API.",
    writes=False,
)
def _token(server: Server) -> None:
    if server.login.client is None:
        raise UntriedError("no OAuth client was given")
    name, secret = server.login.client
    grant = {"grant_type": "client_credentials"}
    for reply in (
        server.token({**grant, "client_id": name, "client_secret": secret}),
        server.token(grant, basic=(name, secret)),
    ):
        facts = reply.expect(200).object()
        needs(facts, ("access_token", "token_type", "expires_in"), what=reply.asked)
        if str(facts["token_type"]).lower() != "bearer" or not isinstance(facts["expires_in"], int):
            raise BrokenError(f"{reply.asked}: no bearer token, or a lifetime that is no number of seconds.")
        server.send("GET", "/", authorization=f"Bearer {facts['access_token']}").expect(200)


@ACCESS.says(
    "token-refused",
    "A client with a wrong secret gets no token: 401 or 400, with `error` `invalid_client`.",
    writes=False,
)
def _token_refused(server: Server) -> None:
    if server.login.client is None:
        raise UntriedError("no OAuth client was given")
    form = {"grant_type": "client_credentials", "client_id": server.login.client[0], "client_secret": "wrong"}
    server.token(form).expect(400, 401).has({"error": "invalid_client"})


@ACCESS.says(
    "info",
    "`GET /` tells `tenant`, the identity of the data set (a client stops when it changes), `name`, `version`, "
    "`serverTime` and `capabilities`.",
    writes=False,
)
def _info(server: Server) -> None:
    reply = server.get("/").expect(200)
    facts = reply.object()
    needs(facts, ("tenant", "name", "version", "serverTime", "capabilities"), what=reply.asked)
    if not isinstance(facts["tenant"], str) or not facts["tenant"]:
        raise BrokenError(f"{reply.asked}: the tenant is no text.")
    if server.get("/").object().get("tenant") != facts["tenant"]:
        raise BrokenError(f"{reply.asked}: the tenant is another each time.")


@ACCESS.says(
    "capabilities",
    "`capabilities` tells what the server can do: `etag`, `idempotency`, `external_key`, `changes` and `tombstones` "
    "are true or false, `batch` is the most operations, `paging` is `keyset` or `offset`, `stamp_grain` and "
    "`visibility_lag` are seconds.",
    writes=False,
)
def _capabilities(server: Server) -> None:
    reply = server.get("/").expect(200)
    told = reply.object().get("capabilities")
    if not isinstance(told, dict):
        raise BrokenError(f"{reply.asked} has no object `capabilities`.")
    needs(told, tuple(CAPABILITIES), what=reply.asked)


@ACCESS.says("json", "Answers are `application/json`.", writes=False)
def _json(server: Server) -> None:
    for path in ("/", "/contacts", "/products"):
        reply = server.get(path).expect(200)
        reply.object()
        if reply.media_type != "application/json":
            raise BrokenError(f"{reply.asked} answered {reply.media_type or 'no media type'}.")
