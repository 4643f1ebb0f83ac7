"""A browser window that notes whatever goes wrong in it."""

from urllib.parse import urlsplit

PATIENCE = 60_000
"""Milliseconds that something may take to appear: machines that run tests are busy."""
OURSELVES = "127.0.0.1"
TAKEN_BACK = "net::ERR_ABORTED"
"""What becomes of requests whose page was left: Dagster's pages always ask for something. No fault."""


class Window:
    """Use as a context manager; *complaints* are errors of scripts, of the console and of requests.

    Nothing but this machine can be reached: a page that needs something else complains.
    """

    def __init__(self, browser, *, size=(1600, 1000), scale=1, scheme="light"):
        self._context = browser.new_context(
            viewport=dict(zip(("width", "height"), size, strict=True)),
            device_scale_factor=scale,
            color_scheme=scheme,
            service_workers="block",
        )
        self._context.set_default_timeout(PATIENCE)
        self._context.route(lambda url: urlsplit(url).hostname not in {OURSELVES, None}, lambda route: route.abort())
        self.complaints = []
        self.page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("console", self._said)
        self.page.on("requestfailed", self._unanswered)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._context.close()

    def _said(self, told):
        if told.type == "error":
            self.complaints.append(f"console: {told.text}")

    def _unanswered(self, asked):
        if asked.failure != TAKEN_BACK:
            self.complaints.append(f"request: {asked.url}: {asked.failure}")
