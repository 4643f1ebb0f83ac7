"""Turn what happened into HTTP answers."""

from starlette.responses import Response

from talk_assets.sandbox.customerp.database import Answer
from talk_assets.sandbox.customerp.exact_json import encode
from talk_assets.sandbox.customerp.problems import MEDIA_TYPE, ProblemError


def problem_response(problem: ProblemError) -> Response:
    """Return *problem* as application/problem+json."""
    return Response(
        encode(problem.document()),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers or None,
    )


def json_response(body: bytes | str | None, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON text as it is; None is an answer without a body."""
    media_type = None if body is None else "application/json"
    return Response(body, status_code=status, media_type=media_type, headers=headers)


def written(answer: Answer) -> Response:
    """Return the answer to a write, with its ETag and Location."""
    headers = {}
    if answer.etag is not None:
        headers["ETag"] = answer.etag
    if answer.location is not None:
        headers["Location"] = answer.location
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_response(answer.body, status=answer.status, headers=headers)
