"""Webhooks: the embedded Customerp's arrive and ring; others' do not."""

import base64
import hashlib
import hmac
import time

import httpx
import pytest

from talk_assets.automation.ear import has_rung
from talk_assets.automation.webhook import TOLERANCE_SECONDS, Verifier
from talk_assets.cli.webhooks import taking_webhooks
from talk_assets.demo.ends import PlainCustomerp
from talk_assets.model.system import System
from talk_assets.sandbox.server import sandbox

NOW = 1_790_000_000
BODY = b'{"deliveryId": "d1", "seq": 7}'


def signed(known="shared", *, name="d1", stamp=NOW, body=BODY):
    digest = hmac.new(known.encode(), f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1a,AAAA v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": name, "webhook-timestamp": str(stamp), "webhook-signature": signature}


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (signed("other"), "its signature is not made with the secret known here"),
        (signed(body=b"{}"), "its signature is not made with the secret known here"),
        (signed() | {"webhook-id": "d2"}, "its signature is not made with the secret known here"),
        (signed() | {"webhook-signature": ""}, "its signature is not made with the secret known here"),
        (signed(stamp=NOW - TOLERANCE_SECONDS - 1), "its timestamp is more than 300 s from the time here"),
        (signed(stamp=NOW + TOLERANCE_SECONDS + 1), "its timestamp is more than 300 s from the time here"),
        (signed() | {"webhook-timestamp": "yesterday"}, "it has no webhook-id, or no webhook-timestamp in seconds"),
        ({}, "it has no webhook-id, or no webhook-timestamp in seconds"),
    ],
)
def test_what_the_sender_did_not_sign_now_is_refused(headers, why):
    """Forged, changed, old and early ones; the reason names no secret."""
    assert Verifier(secret="shared", now=lambda: NOW).refusal(headers, BODY) == why


def test_a_webhook_counts_once():
    """Sent again as it was, it is refused; signatures of other schemes beside ours do no harm."""
    verifier = Verifier(secret="shared", now=lambda: NOW + 60)

    assert verifier.refusal(signed(), BODY) is None
    assert verifier.refusal(signed(), BODY) == "it was received before"
    assert verifier.refusal(signed(name="d3"), BODY) is None


def test_change_in_the_embedded_customerp_rings(tmp_path):
    """It sends a signed webhook after its commit; other requests to the same place ring nothing."""
    environ = {"TALK_CUSTOMERP_WEBHOOK_SECRET": "shared-secret"}
    with taking_webhooks(environ, home=tmp_path, port=0) as hooks:
        (hook,) = hooks
        with sandbox(customerp_webhooks=hooks) as systems, httpx.Client(trust_env=False) as others:
            assert others.post(hook.url, content=BODY, headers=signed("guessed")).status_code == 401
            assert others.post(hook.url, content=b"x" * 100_000).status_code == 413
            assert others.post(f"{hook.url}x", content=BODY).status_code == 404
            assert others.get(hook.url).status_code == 405
            assert not has_rung(tmp_path, System.CUSTOMERP, since=0)
            customerp = PlainCustomerp(url=systems.customerp.url, api_key=systems.customerp.api_key)
            customerp.create("contacts", {"familyName": "Berg"})
            customerp.close()
            deadline = time.monotonic() + 30
            while not has_rung(tmp_path, System.CUSTOMERP, since=0):
                assert time.monotonic() < deadline
                time.sleep(0.01)


def test_without_a_secret_nothing_listens(tmp_path):
    """Webhooks are off unless configured."""
    with taking_webhooks({}, home=tmp_path, port=0) as hooks:
        assert hooks == ()
