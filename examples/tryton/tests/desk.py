"""Both systems, a person at each, the sync between them, and a line to Tryton that can lose answers."""

import json
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from talk_assets.automation.cycle import run_cycle
from talk_assets.demo.ends import PlainSalesforce
from talk_assets.model.errors import TalkError
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.settings import Settings

SALE = ("state", "talk_order", "description", "untaxed_amount", "party.name", "lines.quantity", "lines.unit_price")


class Desk:
    """The sync speaks to Tryton over *wire*; the people speak to it themselves."""

    def __init__(self, person, wire, url, org, folder):
        self.tryton = person
        self.wire = wire
        self.salesforce = PlainSalesforce(url=url, client_id=org.client_id, client_secret=org.client_secret)
        self._settings = Settings.from_environment(
            {
                "TALK_SALESFORCE_URL": url,
                "TALK_SALESFORCE_CLIENT_ID": org.client_id,
                "TALK_SALESFORCE_CLIENT_SECRET": org.client_secret,
                "TALK_CUSTOMERP_URL": f"{wire.url}{person.url.removeprefix(person.root)}",
                "TALK_CUSTOMERP_API_KEY": person.key,
                "TALK_CUSTOMERP_PORT": "tryton",
                "TALK_STORE": str(folder / "talk.duckdb"),
                "TALK_LOOKBACK_SECONDS": "2",
            }
        )

    def sync(self):
        """Sync once; what was written, as (end, pair): count."""
        with open_session(self._settings) as session:
            report = run_cycle(session)
        return {
            (system.value, name): tally.created[system] + tally.updated[system] + tally.deleted[system]
            for name, tally in report.tallies.items()
            for system in System
            if tally.created[system] + tally.updated[system] + tally.deleted[system]
        }

    def settle(self):
        """Sync until nothing is written; what was written first."""
        first = self.sync()
        for _ in range(4):
            if not (more := self.sync()):
                return first
        raise AssertionError(f"still writing: {more}")

    def stumble(self, *methods):
        """Sync once while Tryton's answers to *methods* get lost; the methods whose answers were."""
        with self.wire.losing(*methods) as lost, suppress(TalkError):
            self.sync()
        return lost

    def links(self, pair):
        """How many links of *pair* are in each state."""
        with open_session(self._settings) as session:
            found = session.db.rows(f'SELECT state, count(*) FROM links."{pair}" GROUP BY state')  # noqa: S608
        return dict(tuple(row) for row in found)

    def contacts(self):
        return {row["LastName"]: row for row in self.salesforce.query(
            "SELECT Id, FirstName, LastName, Email, Phone, MailingCity, MailingCountry FROM Contact"
        )}  # fmt: skip

    def sales(self, title):
        return self.tryton.find("sale.sale", SALE, ["description", "=", title])


class Wire:
    """Passes calls on to Tryton, and its answers back, but for those that it is told to lose."""

    def __init__(self, root):
        self._http = httpx.Client(base_url=root, timeout=60)
        self._losing, self._lost = frozenset(), []
        wire = self

        class Passing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = wire.passed(self.path, body, self.headers)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("content-type", "application/json"))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._http.close()

    @contextmanager
    def losing(self, *methods):
        """Lose every answer to *methods*, which Tryton carries out; yields the methods that were called."""
        self._losing, self._lost = frozenset(methods), []
        try:
            yield self._lost
        finally:
            self._losing = frozenset()

    def passed(self, path, body, headers):
        """The answer to a call, or None if it is to be lost."""
        kept = {name: value for name, value in headers.items() if name.lower() in {"authorization", "content-type"}}
        answer = self._http.post(path, content=body, headers=kept)
        method = json.loads(body)["method"]
        if method in self._losing:
            self._lost.append(method)
            return None
        return answer
