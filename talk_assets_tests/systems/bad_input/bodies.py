"""What a whole answer can be instead of what was asked for. Each takes the true answer and gives bytes or parts."""

import gzip
import json


def _json(body):
    return lambda reply: reply.with_body(body).sent()


def _page(body):
    return lambda reply: reply.with_body(body).with_headers(content_type="text/html; charset=utf-8").sent()


def _moved(status, location):
    return lambda reply: reply.with_body(b"", status=status).with_headers(location=location).sent()


def _packed(reply):
    return reply.with_body(gzip.compress(b" " * 200_000_000, 1)).with_headers(content_encoding="gzip").sent()


def _twice(reply):
    """The first name of the answer's object, or of the first in its list, stands there twice."""
    value = json.loads(reply.body)
    target = value[0] if isinstance(value, list) else value
    name = next(iter(target))
    text = reply.body.decode()
    place = text.index("{") + 1
    return reply.with_body(f'{text[:place]}"{name}":{json.dumps(target[name])},{text[place:]}'.encode()).sent()


HTML = b"<!doctype html><html><head><title>Log in</title></head><body><form action=/login></form></body></html>"
META = b'<html><head><meta http-equiv="refresh" content="0;url=http://other.example/login"></head></html>'

BODIES = {
    "a login page": _page(HTML),
    "a page that sends the browser elsewhere": _page(META),
    "a page that says it is JSON": _json(HTML),
    "JSON that says it is a page": lambda reply: reply.with_headers(content_type="text/html").sent(),
    "no content type": lambda reply: reply.with_headers(content_type=None).sent(),
    "an empty body": _json(b""),
    "no content": lambda reply: reply.with_body(b"", status=204).sent(),
    "accepted, nothing more": lambda reply: reply.with_body(b"", status=202).sent(),
    "null": _json(b"null"),
    "true": _json(b"true"),
    "a number": _json(b"1"),
    "an empty array": _json(b"[]"),
    "an empty object": _json(b"{}"),
    "an array of null": _json(b"[null]"),
    "an error inside a success": _json(b'{"error":"no such table"}'),
    "JSON lines": lambda reply: reply.with_body(reply.body + b"\n" + reply.body).sent(),
    "a callback around it": lambda reply: reply.with_body(b"callback(" + reply.body + b");").sent(),
    "cut off within its length": lambda reply: reply.with_body(reply.body[:-9]).sent(),
    "a repeated name": _twice,
    "nested 100,000 deep": _json(b"[" * 100_000 + b"]" * 100_000),
    "nested 100 deep": _json(b'{"a":' * 100 + b"1" + b"}" * 100),
    "a byte order mark": lambda reply: reply.with_body(b"\xef\xbb\xbf" + reply.body).sent(),
    "invalid UTF-8": lambda reply: reply.with_body(reply.body.replace(b":", b':"\xff\xfe","x":', 1)).sent(),
    "Latin-1, rightly labelled": lambda reply: (
        reply.with_body(reply.body.replace(b"{", b'{"\xe9":1,', 1))
        .with_headers(content_type="application/json; charset=iso-8859-1")
        .sent()
    ),
    "UTF-16": lambda reply: reply.with_body(reply.body.decode().encode("utf-16")).sent(),
    "redirected to a login": _moved(302, "/login"),
    "redirected to another host": _moved(307, "http://other.example/"),
    "redirected for good": _moved(308, "http://127.0.0.1:9/"),
    "not modified": lambda reply: reply.with_body(b"", status=304).sent(),
    "several choices": lambda reply: reply.with_body(b"[]", status=300).sent(),
    "a gzip bomb": _packed,
    "gzip that is none": lambda reply: reply.with_headers(content_encoding="gzip").sent(),
    "gzip with something behind it": lambda reply: (
        reply.with_body(gzip.compress(reply.body) + gzip.compress(b" ")).with_headers(content_encoding="gzip").sent()
    ),
    "gzip cut off": lambda reply: (
        reply.with_body(gzip.compress(reply.body)[:-4]).with_headers(content_encoding="gzip").sent()
    ),
    "an encoding not asked for": lambda reply: reply.with_headers(content_encoding="br").sent(),
    "chunks without end": lambda reply: [
        reply.with_headers(transfer_encoding="chunked").with_body(b"").sent(),
        *[b"1\r\n \r\n"] * 50,
    ],
    "chunks that are none": lambda reply: reply.with_headers(transfer_encoding="chunked").sent(),
    "a length too long": lambda reply: reply.with_headers(content_length=len(reply.body) + 5).sent(),
    "a length too short": lambda reply: reply.with_headers(content_length=len(reply.body) - 5).sent(),
    "a length that is none": lambda reply: reply.with_headers(content_length="many").sent(),
    "two lengths": lambda reply: reply.sent().replace(
        b"HTTP/1.1 200 Said\r\n", b"HTTP/1.1 200 Said\r\nContent-Length: 3\r\n", 1
    ),
    "no HTTP at all": lambda _: b"220 mail.example ESMTP\r\n",
    "nothing": lambda _: b"",
    "a head of a megabyte": lambda reply: reply.with_headers(x_long="x" * 1_000_000).sent(),
    "a header within a header": lambda reply: reply.with_headers(x_odd="a\x00b").sent(),
}
"""Each is refused whole: a read stops with a message, a write's outcome is left open."""

HEADERS = {
    "a date beyond all dates": {"date": "Fri, 31 Dec 9999 23:59:59 -0500"},
    "a date of too many digits": {"date": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"},
    "no date": {"date": None},
    "a pause of another script": {"retry_after": "\u00b2"},
    "a pause beyond all numbers": {"retry_after": "9" * 5000},
    "a pause in the past": {"retry_after": "Mon, 01 Jan 1990 00:00:00 GMT"},
    "a usage of too many digits": {"sforce_limit_info": f"api-usage=1/{'9' * 5000}"},
    "a usage that is none": {"sforce_limit_info": "api-usage=\u00b2/\u00b3"},
}
"""Odd headers of a good answer: the answer counts all the same."""
