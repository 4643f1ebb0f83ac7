"""Looks after Dagster's processes in `talk up`: replaces one that hangs, notes how they are, tells people.

The daemon cannot tell of itself when it does not work, and the sensors that tell of everything else are in it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from talk_assets.alerts.channels import Channel, ChannelError, sign_of_life
from talk_assets.alerts.signs import Sign, Trouble
from talk_assets.alerts.told import tell
from talk_assets.automation.process import Process
from talk_assets.automation.pulse import Pulse
from talk_assets.cli.children import Child, Children
from talk_assets.cli.parts import CODE_SERVER, DAEMON, WEBSERVER
from talk_assets.cli.upstate import Kept, UpState, forget, write
from talk_assets.settings import AlertSettings

_EVERY = 15.0
_SIGN_OF_LIFE_EVERY = 60.0
_FOLLOWS = {
    CODE_SERVER: "It is started again by itself, at most a minute after it ended. Until it works nothing is synced; no "
    "edit is lost, what moved is read then.",
    WEBSERVER: "It is started again by itself, at most a minute after it ended. Syncing goes on meanwhile.",
    DAEMON: "It is started again by itself, at most a minute after it ended. Until it works nothing is synced; no edit "
    "is lost, what moved is read then.",
}


class Vigil:
    """Looks after *children* of the Dagster home *home*, and leaves no note behind when it is closed.

    *signs* tells when each part of the daemon gave its last sign, *channels* are where alerts go. *say* is given what a
    person at the terminal should read.
    """

    def __init__(
        self,
        home: Path,
        children: Children,
        *,
        signs: Callable[[], Mapping[str, float]],
        url: str,
        alerts: AlertSettings,
        channels: Callable[[], dict[str, Channel]],
        now: Callable[[], datetime],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home, self._children, self._signs = home, children, signs
        self._url, self._alerts, self._channels = url, alerts, channels
        self._now, self._say, self._clock = now, say, clock
        self._pulse = Pulse(clock)
        self._kept = [name for name in (CODE_SERVER, WEBSERVER, DAEMON) if name in children.names()]
        self._daemon = children.named(DAEMON).process.pid
        self._since = now()
        self._next = self._next_sign = clock()

    def look(self) -> None:
        """Look after them, if it is time; otherwise do nothing."""
        if self._clock() < self._next:
            return
        self._next = self._clock() + _EVERY
        silent = self._listen()
        if silent:
            self._say(f"{DAEMON} hangs ({', '.join(silent)} gave no sign for minutes), and is started again.")
            self._children.end(DAEMON)
            # Sensors are evaluated there: what hangs may be that.
            if CODE_SERVER in self._kept:
                self._children.end(CODE_SERVER)
        kept = [_kept(self._children.named(name), silent if name == DAEMON else ()) for name in self._kept]
        write(
            self._home,
            UpState(
                process=str(Process.current()),
                url=self._url,
                since=self._since.isoformat(),
                looked=self._now().isoformat(),
                kept=tuple(kept),
            ),
        )
        self._tell(kept)
        if not any(one.wrong for one in kept if one.name != WEBSERVER) and self._pulse.is_heard():
            self._give_sign_of_life()

    def close(self) -> None:
        """All ends as it should."""
        forget(self._home)

    def _listen(self) -> Sequence[str]:
        """The parts of the daemon that are silent though they had their time."""
        pid = self._children.named(DAEMON).process.pid
        if pid != self._daemon:
            self._daemon = pid
            self._pulse.begin()
        self._pulse.hear(self._signs())
        return self._pulse.silent()

    def _tell(self, kept: Sequence[Kept]) -> None:
        if not self._alerts.are_on:
            return

        def seen(known: Sequence[str]) -> list[Sign]:
            at = self._now()
            return [
                Sign(
                    cause=f"process {one.name}",
                    at=at,
                    trouble=_trouble(one, self._url) if one.wrong else None,
                    patience=self._alerts.patience,
                )
                for one in kept
                if one.wrong or f"process {one.name}" in known
            ]

        file = self._home / "talk-up.alerts"
        refused = tell(file, seen, self._channels(), now=self._now(), repeat=self._alerts.repeat)
        for name, why in refused.items():
            self._say(f"The alert did not go out by {name}. {why}")

    def _give_sign_of_life(self) -> None:
        watcher = self._alerts.heartbeat
        if watcher is None or self._clock() < self._next_sign:
            return
        self._next_sign = self._clock() + _SIGN_OF_LIFE_EVERY
        try:
            sign_of_life(watcher.reveal(), ca_file=self._alerts.ca_file)
        except ChannelError as error:
            self._say(str(error))


def _kept(child: Child, silent: Sequence[str]) -> Kept:
    wrong = ""
    if silent:
        wrong = f"{child.name} hangs: {', '.join(silent)} gave no sign for minutes."
    elif not child.is_settled:
        times = "once" if child.ended == 1 else f"{child.ended} times"
        wrong = f"{child.name} ended {times}, last with exit code {child.code}, and has not run for a minute since."
    return Kept(name=child.name, ended=child.ended, code=child.code, log=str(child.log), wrong=wrong)


def _trouble(one: Kept, url: str) -> Trouble:
    return Trouble(
        title=f"{one.name} does not work",
        what=one.wrong,
        follows=_FOLLOWS[one.name],
        do=f"Read the end of {one.log}. talk sync syncs without it.",
        link=f"{url}/deployment/daemons",
    )
