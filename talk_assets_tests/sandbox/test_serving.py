"""A server stops at once, also while a request waits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import httpx
import pytest
from starlette.responses import Response

from talk_assets.sandbox.customerp import CustomerpSettings, create_app
from talk_assets.sandbox.serving import running


def test_a_stopping_server_ends_its_long_polls():
    """A held answer is given when the server stops, not when its time is over."""
    app, waiting = create_app(), Event()
    headers = {"Authorization": f"Bearer {CustomerpSettings().api_key}"}

    async def noticing(scope, receive, send):
        waiting.set()
        await app(scope, receive, send)

    with ThreadPoolExecutor() as pool:
        with running(noticing, on_stop=app.state.release) as url:
            held = pool.submit(httpx.get, f"{url}/api/v1/changes?wait=25", headers=headers, timeout=30)
            waiting.wait()
            started = monotonic()
        answer = held.result(timeout=20)

    assert answer.json() == {"items": [], "last": 0, "tenant": "customerp-sandbox"}
    assert monotonic() - started < 5


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_headers_are_named_in_capitals(method):
    """Clients that keep headers in a plain mapping look for `Content-Type` and `Sforce-NumberOfRecords`."""
    said = {"sforce-numberofrecords": "2", "Sforce-Locator": "null", "etag": '"1"'}

    async def app(scope, receive, send):
        await Response("a,b\n", headers=said, media_type="text/csv")(scope, receive, send)

    with running(app) as url:
        answer = httpx.request(method, url)

    named = {name.decode() for name, _ in answer.headers.raw}
    assert {"Content-Type", "Date", "Sforce-NumberOfRecords", "Sforce-Locator", "ETag"} < named
    assert len(named) == 6
    assert answer.headers["content-length"] == "4"


def test_a_stopped_server_is_gone():
    """After the block nothing listens on its address."""
    with running(create_app()) as url:
        httpx.get(f"{url}/sandbox/requests").raise_for_status()

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/sandbox/requests")


def test_a_failing_block_stops_the_server_too():
    """An error in the block passes through, and the server is gone."""
    url = ""

    def fail():
        nonlocal url
        with running(create_app()) as url:
            raise RuntimeError("in the block")

    with pytest.raises(RuntimeError, match="in the block"):
        fail()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
