"""Takes webhooks on this machine while `talk up` runs; a proxy that the internet reaches passes them on."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.settings import customerp_webhook_secret

if TYPE_CHECKING:
    from talk_assets.sandbox.customerp import Webhook


@contextmanager
def taking_webhooks(environ: Mapping[str, str], *, home: Path, port: int) -> Iterator[Collection["Webhook"]]:
    """Let Customerp's webhooks wake the doorbells of *home* while the block runs; yields what Customerp is to be told.

    Nothing, and nothing listens, without their secret in *environ*.

    Raises:
        ConfigurationError: The port is in use.
    """
    secret = customerp_webhook_secret(environ)
    if secret is None:
        yield ()
        return
    from talk_assets.automation.ear import ring
    from talk_assets.automation.webhook import Verifier, receiver
    from talk_assets.sandbox.customerp import Webhook
    from talk_assets.sandbox.serving import PortInUseError, running

    verifiers = {System.CUSTOMERP: Verifier(secret=secret.reveal(), now=time.time)}
    try:
        with running(receiver(verifiers, lambda system: ring(home, system)), port=port) as url:
            yield (Webhook(url=f"{url}/{System.CUSTOMERP}", secret=secret.reveal()),)
    except PortInUseError as error:
        raise ConfigurationError(f"{error} Name another one for webhooks with --webhook-port.") from error
