"""Who may use the web server: which requests pass, by what browsers tell of them."""

from dataclasses import replace

import pytest

from talk_assets.cli.guard import Asked, refusal

HOST = "127.0.0.1:3000"
OURS = "http://127.0.0.1:3000"
JSON = "application/json"
READ = Asked(
    method="GET", path="/assets", query=False, hosts=[HOST], origins=[], site="none", mode="navigate", media_type=""
)
POST = Asked(
    method="POST",
    path="/graphql",
    query=False,
    hosts=[HOST],
    origins=[OURS],
    site="same-origin",
    mode="cors",
    media_type=JSON,
)
SOCKET = Asked(
    method="", path="/graphql", query=False, hosts=[HOST], origins=[OURS], site="", mode="websocket", media_type=""
)


@pytest.mark.parametrize(
    "asked",
    [
        READ,
        replace(READ, query=True),
        replace(READ, path="/graphql"),
        replace(READ, site="cross-site"),
        replace(READ, site="same-origin", mode="no-cors"),
        replace(READ, site="", mode=""),
        replace(READ, method="HEAD"),
        replace(READ, hosts=["localhost:8080"]),
        replace(READ, hosts=["LOCALHOST"]),
        replace(READ, hosts=["[::1]:3000"]),
        POST,
        replace(POST, origins=[], site="", mode=""),
        SOCKET,
    ],
)
def test_own_pages_and_programs_pass(asked):
    """The UI's requests, links to it, tunnels to another port, and programs that are no browser."""
    assert refusal(asked) is None


@pytest.mark.parametrize("asked", [READ, POST, SOCKET])
@pytest.mark.parametrize(
    "change",
    [
        {"hosts": ["evil.example:3000"], "origins": ["http://evil.example:3000"]},
        {"hosts": ["evil.example"]},
        {"hosts": ["127.0.0.1.evil.example:3000"]},
        {"hosts": ["localhost.evil.example"]},
        {"hosts": ["127.0.0.1:3000@evil.example"]},
        {"hosts": ["[::1].evil.example:3000"]},
        {"hosts": []},
        {"hosts": [HOST, "evil.example"]},
        {"hosts": [HOST, HOST]},
        {"origins": ["http://evil.example"]},
        {"origins": ["null"]},
        {"origins": ["https://127.0.0.1:3000"]},
        {"origins": ["http://127.0.0.1:8801"]},
        {"origins": ["http://localhost:3000"]},
        {"origins": [""]},
        {"origins": [OURS, "http://evil.example"]},
    ],
)
def test_foreign_name_or_origin_is_refused(asked, change):
    """A name that only resolves to this machine, another port's page, a page without an origin."""
    assert refusal(replace(asked, **change)) is not None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
def test_link_cannot_carry_graphql(method, path):
    """Whoever follows a link, even one that a person typed, starts nothing."""
    assert refusal(replace(READ, method=method, path=path, query=True, site="", mode="")) is not None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_foreign_page_may_link_but_not_embed(site):
    """Images, scripts and fetches of other origins are refused even where they only read."""
    assert refusal(replace(READ, site=site, mode="navigate")) is None
    assert refusal(replace(READ, site=site, mode="no-cors")) is not None
    assert refusal(replace(READ, site=site, mode="cors")) is not None


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/graphql"],
)
def test_only_json_is_posted(media_type):
    """What a form can send is refused, with and without the headers of a new browser."""
    assert refusal(replace(POST, media_type=media_type)) is not None
    assert refusal(replace(POST, media_type=media_type, origins=[], site="", mode="")) is not None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_post_comes_from_the_own_page(site):
    """A browser that leaves out the origin still says that the page is another one."""
    assert refusal(replace(POST, origins=[], site=site)) is not None


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "get"])
def test_other_methods_are_refused(method):
    """Most of all the question before a foreign page's JSON."""
    assert refusal(replace(READ, method=method)) is not None


def test_socket_names_its_origin():
    """Browsers always do."""
    assert refusal(replace(SOCKET, origins=[])) is not None
