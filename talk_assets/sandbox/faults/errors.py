"""Errors in the words of each end."""

from http import HTTPStatus

import msgspec

from talk_assets.sandbox.faults.exchange import Said
from talk_assets.sandbox.faults.kinds import End

_SALESFORCE_CODES = {
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    429: ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."),
    503: ("SERVER_UNAVAILABLE", "The server is too busy to respond to your request. Please try again later."),
}
_CUSTOMERP_CODES = {401: "unauthorized", 429: "rate", 503: "unavailable"}
_GATEWAY = frozenset({502, 504})
_HTML = b"<!DOCTYPE html>\n<html><head><title>%s</title></head><body><h1>%s</h1><p>proxy.example</p></body></html>\n"


def error(end: End, status: int, *, retry_after: float = -1) -> Said:
    """Return the error of *status* as *end* words it; gateways, which are none of its own, speak HTML."""
    pause = [(b"retry-after", str(int(retry_after)).encode())] if retry_after >= 0 else []
    if status in _GATEWAY:
        page = html_page(status)
        return Said(status=status, headers=[*page.headers, *pause], body=page.body)
    if end == "salesforce":
        unknown = ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId: 0-1 (0)")
        code, message = _SALESFORCE_CODES.get(status, unknown)
        body = msgspec.json.encode([{"errorCode": code, "message": message}])
        media = b"application/json;charset=UTF-8"
    else:
        body = msgspec.json.encode(problem(status, _CUSTOMERP_CODES.get(status, "internal"), "A fault."))
        media = b"application/problem+json"
    return Said(status=status, headers=[(b"content-type", media), *pause], body=body)


def problem(status: int, code: str, detail: str) -> dict[str, object]:
    """Return a problem document of Customerp."""
    title = HTTPStatus(status).phrase
    return {"type": f"urn:customerp:problem:{code}", "title": title, "status": status, "detail": detail}


def html_page(status: int) -> Said:
    """Return a page as proxies and log-in screens give it."""
    phrase = HTTPStatus(status).phrase.encode()
    return Said(status=status, headers=[(b"content-type", b"text/html; charset=utf-8")], body=_HTML % (phrase, phrase))
