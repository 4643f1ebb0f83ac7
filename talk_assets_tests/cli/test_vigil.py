"""`talk up` looks after its daemon: starts it again, writes it down, and tells people."""

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from talk_assets.automation.process import Process
from talk_assets.cli import upstate
from talk_assets.cli.children import Children
from talk_assets.cli.parts import CODE_SERVER, DAEMON, WEBSERVER
from talk_assets.cli.vigil import Vigil
from talk_assets.fitness.findings import Weight
from talk_assets.settings import AlertSettings

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
START = datetime(2026, 3, 14, 9, tzinfo=UTC)
GONE = Process(host=Process.current().host, boot="another boot", pid=1, started="1")


class Watched:
    """A vigil over two children that sleep, in a time of its own."""

    def __init__(self, home, *, heartbeat=None):
        self.home, self.said, self.told, self.seconds = home, [], [], 0.0
        self.beats = {"SENSOR": 0.0}
        self.children = Children(grace_seconds=0.1, first_pause=0.1, tell=self.said.append)
        for name in (CODE_SERVER, WEBSERVER, DAEMON):
            self.children.start(name, SLEEPER, environ=os.environ, folder=home)
        environ = {"TALK_ALERT_WEBHOOK": "https://hooks.example.com/x", "TALK_ALERT_AFTER_MINUTES": "5"}
        self.vigil = Vigil(
            home,
            self.children,
            signs=lambda: self.beats,
            url="http://127.0.0.1:3000",
            alerts=AlertSettings.from_environment(environ | ({"TALK_ALERT_HEARTBEAT": heartbeat} if heartbeat else {})),
            channels=lambda: {"webhook": self.told.append},
            now=self.now,
            say=self.said.append,
            clock=lambda: self.seconds,
        )

    def now(self):
        return START + timedelta(seconds=self.seconds)

    def after(self, seconds, *, alive=True):
        """Look each quarter of a minute; the daemon gives signs while it is *alive*."""
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds += 15
            if alive:
                self.beats = {"SENSOR": self.seconds}
            self.vigil.look()

    def pid(self, name=DAEMON):
        return self.children.named(name).process.pid

    def until_replaced(self, name=DAEMON):
        """Watch until the child that ended has been started again."""
        before = self.pid(name)
        self.children.watch(threading.Event(), replacing=True, until=lambda: self.pid(name) != before)

    def notes(self):
        return upstate.judged(upstate.read(self.home), self.now())


@pytest.fixture
def watched(tmp_path):
    one = Watched(tmp_path)
    with one.children:
        yield one


def test_a_daemon_that_works_is_left_alone(watched):
    """The doctor says so, nobody is told, and an end as it should be leaves no note."""
    pid = watched.pid()
    watched.after(1200)

    assert watched.pid() == pid
    assert [note.weight for note in watched.notes()] == [Weight.FINE]
    assert watched.said == watched.told == []
    watched.vigil.close()
    assert upstate.read(watched.home) is None


@pytest.mark.parametrize("name", [CODE_SERVER, WEBSERVER, DAEMON])
def test_what_was_killed_is_started_again(watched, name):
    """The rest goes on; terminal and doctor say what happened, and where to read on."""
    os.kill(watched.pid(name), signal.SIGKILL)
    watched.until_replaced(name)
    watched.after(15)

    assert f"{name} ended with exit code -9, and is started again" in watched.said[0]
    (note,) = watched.notes()
    assert note.weight is Weight.PROBLEM
    assert note.text == f"{name} ended once, last with exit code -9, and has not run for a minute since."
    assert f"{name}.log" in note.action


def test_a_daemon_that_hangs_is_started_again(watched):
    """No sign for more than three minutes: it is killed with the code server, and has three minutes again."""
    hung, code = watched.pid(), watched.pid(CODE_SERVER)
    watched.after(180, alive=False)
    assert watched.said == []
    watched.after(15, alive=False)
    assert watched.said == [f"{DAEMON} hangs (SENSOR gave no sign for minutes), and is started again."]
    watched.until_replaced()
    watched.after(180, alive=False)
    assert watched.pid() != hung
    assert watched.pid(CODE_SERVER) != code
    assert [text.split(" ")[:2] for text in watched.said[1:]] == [[CODE_SERVER, "ended"], [DAEMON, "ended"]]
    watched.after(30, alive=False)

    assert "hangs" in watched.said[3]


def test_people_are_told_of_a_daemon_that_stays_down(watched):
    """Once it did not work for as long as an alert takes, and not of one that came back before."""
    watched.children.named(DAEMON).command = [sys.executable, "-c", "raise SystemExit(3)"]
    os.kill(watched.pid(), signal.SIGKILL)
    watched.until_replaced()
    watched.children.named(DAEMON).process.wait()
    watched.after(300)
    assert watched.told == []
    watched.after(600)

    (message,) = watched.told
    assert message.subject == "dagster-daemon does not work"
    assert "nothing is synced; no edit is lost" in message.text
    assert "http://127.0.0.1:3000/deployment/daemons" in message.text


def test_a_killed_talk_up_is_found_by_the_doctor(watched):
    """Its note is still there, and its process is gone; the same if it is there and does not look any more."""
    watched.after(15)
    state = upstate.read(watched.home)
    watched.seconds += 600
    (stuck,) = watched.notes()
    upstate.write(watched.home, upstate.UpState(**{**vars(state), "process": str(GONE)}))
    (killed,) = watched.notes()

    assert "has not looked after its processes since 2026-03-14 09:00:15 UTC" in stuck.text
    assert killed.text.startswith("`talk up` was killed, or the machine stopped, after 2026-03-14 09:00:15 UTC")
    assert stuck.weight is killed.weight is Weight.PROBLEM


def test_a_watcher_hears_of_life_once_a_minute_and_not_of_a_dead_daemon(tmp_path):
    """So that it can tell a person when nothing here can."""
    asked = []

    class Watcher(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Watcher) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        watched = Watched(tmp_path, heartbeat=f"http://127.0.0.1:{server.server_port}/ping/7")
        with watched.children:
            watched.after(300)
            alive = len(asked)
            watched.after(600, alive=False)
        server.shutdown()
        thread.join()

    assert 4 <= alive <= 5
    assert set(asked) == {"/ping/7"}
    assert len(asked) - alive <= 4
