"""Ports that other installed packages offer for the Customerp end, found by their entry point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.customerp.remembered import Remembered
from talk_assets.systems.http import Patience
from talk_assets.systems.port import SystemPort

GROUP = "talk_assets.customerp"
"""The entry-point group: each name in it leads to a function from `Opening` to `SystemPort`."""
OWN = "customerp"
"""The name of the port that is no plug-in: the client of the Customerp contract."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a port for the Customerp end is opened with.

    *url*, *api_key* and *ca_file* are as the settings have them; the key means what the port takes it for. *entities*
    are all Customerp entities by name, documents carrying their lines as children. *patience* is None where the port
    should wait as it does by itself. Who is *only_listening* wants to hear of what others change; a port that cannot
    tell those from our own writes tells of all.
    """

    url: str
    api_key: str
    entities: Mapping[str, Entity]
    clock: Callable[[], datetime]
    ca_file: Path | None = None
    patience: Patience | None = None
    only_listening: bool = False


Opener = Callable[[Opening], SystemPort]


@dataclass(frozen=True, kw_only=True)
class Plug:
    """A port by name, and the installed distribution it comes from (None: it is our own)."""

    name: str
    package: str | None
    entry: EntryPoint | None

    @property
    def title(self) -> str:
        """The name with its package and version, for a person."""
        return self.name if self.package is None else f"{self.name} of {self.package}"


def plugs() -> tuple[Plug, ...]:
    """Every port there is for the Customerp end, our own first; no plug-in is loaded."""
    found = [Plug(name=e.name, package=_package(e), entry=e) for e in entry_points(group=GROUP) if e.name != OWN]
    return (Plug(name=OWN, package=None, entry=None), *sorted(found, key=lambda plug: plug.name))


def plug_named(name: str) -> Plug:
    """The port called *name*.

    Raises:
        ConfigurationError: no installed package offers it, or two do.
    """
    there = plugs()
    found = [plug for plug in there if plug.name == name]
    if not found:
        raise ConfigurationError(
            f"TALK_CUSTOMERP_PORT is {name!r}, but no installed package offers a port of that name. Nothing was read "
            f"or written. Set it to one of {', '.join(dict.fromkeys(plug.name for plug in there))}, or install the "
            f"package that offers it (entry point group {GROUP})."
        )
    if len({plug.package for plug in found}) > 1:
        raise ConfigurationError(
            f"TALK_CUSTOMERP_PORT is {name!r}, which several installed packages offer: "
            f"{', '.join(str(plug.package) for plug in found)}. Nothing was read or written. Uninstall all but one."
        )
    return found[0]


def open_customerp(name: str, opening: Opening, *, remembered: Remembered | None = None) -> SystemPort:
    """Open the Customerp end by the port called *name*; nothing is asked of it yet.

    *remembered* is what an earlier port of our own client learned of it.

    Raises:
        ConfigurationError: there is no such port, or its package cannot be loaded or offers something else.
    """
    plug = plug_named(name)
    if plug.entry is None:
        login = CustomerpLogin(url=opening.url, api_key=opening.api_key, ca_file=opening.ca_file)
        return CustomerpPort(
            login=login,
            entities=opening.entities,
            clock=opening.clock,
            patience=opening.patience,
            only_listening=opening.only_listening,
            remembered=remembered,
        )
    try:
        opener = cast("Opener", plug.entry.load())
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"The Customerp port {plug.title} cannot be loaded from {plug.entry.value}: {error}. Nothing was read or "
            "written. Install that package again, or ask its makers."
        ) from error
    port = opener(opening)
    if getattr(port, "system", None) is not System.CUSTOMERP:
        raise ConfigurationError(
            f"The Customerp port {plug.title} opened something that is no port of Customerp. Nothing was read or "
            "written. Its makers can run the rules in talk_assets.testing on it."
        )
    return port


def _package(entry: EntryPoint) -> str:
    return "an unnamed package" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
