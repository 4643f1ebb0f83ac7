"""Origins."""

import httpx
import pytest

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.systems.origin import origin_of, same_origin


@pytest.mark.parametrize(
    "url",
    ["http://erp.example", "ftp://erp.example", "erp.example", "https://", "https://user:pw@erp.example"],
)
def test_unsafe_urls_are_refused(url):
    """Credentials go to https hosts, or to this machine, and nowhere else."""
    with pytest.raises(ConfigurationError, match="URL"):
        origin_of(url, end=System.CUSTOMERP)


@pytest.mark.parametrize("url", ["https://erp.example/", "http://127.0.0.1:8802", "http://localhost:1/x?y=z"])
def test_origins_are_taken(url):
    """A query is no part of where an end is; a path that a gateway puts before the API is."""
    origin = origin_of(url, end=System.CUSTOMERP)

    assert (origin.path, origin.query) == (httpx.URL(url).path, b"")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://erp.example/a?b", "https://ERP.example/", True),
        ("https://erp.example", "https://erp.example:443", True),
        ("https://erp.example", "http://erp.example", False),
        ("https://erp.example", "https://erp.example:444", False),
        ("https://erp.example", "https://erp.example.evil.example", False),
        ("https://erp.example@evil.example", "https://erp.example", False),
    ],
)
def test_origins_are_compared_by_scheme_host_and_port(one, other, same):
    """A path does not matter; anything else does."""
    assert same_origin(httpx.URL(one), httpx.URL(other)) is same
