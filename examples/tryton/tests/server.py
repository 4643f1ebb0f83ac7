"""A real Tryton server with a database of its own, and a person at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import httpx
from talk_assets_tryton.rpc import Rpc

HERE = Path(__file__).parents[1]
VENV = Path(os.environ.get("TALK_TRYTON_VENV", HERE / ".venv"))
LOGIN, PASSWORD, DATABASE = "admin", "correct-horse-battery", "northwind"


def config(folder: Path, port: int) -> Path:
    path = folder / "trytond.conf"
    path.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    return path


def template() -> Path:
    """A database with the modules in it, made once: that takes Tryton the better part of a minute."""
    made = VENV / "template.sqlite"
    if not made.exists():
        folder = VENV / "making"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / f"{DATABASE}.sqlite").touch()
        (folder / "password").write_text(PASSWORD)
        subprocess.run(
            [
                *(VENV / "bin/trytond-admin", "-c", config(folder, 0), "-d", DATABASE),
                *("--all", "--update", "talk", "--activate-dependencies", "--email", "admin@example.com"),
            ],
            env=os.environ | {"TRYTONPASSFILE": str(folder / "password")},
            check=True,
        )
        (folder / f"{DATABASE}.sqlite").rename(made)
    return made


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def tryton(folder: Path):
    """Serve a new database with a company, and yield the person who works there."""
    shutil.copy(template(), folder / f"{DATABASE}.sqlite")
    port = free_port()
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [VENV / "bin/trytond", "-c", config(folder, port), "-d", DATABASE], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            root = f"http://127.0.0.1:{port}"
            _await(root, server, folder / "server.log")
            yield Person(root)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _await(root: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise AssertionError(f"trytond ended: {log.read_text()[-2000:]}")
        try:
            httpx.post(f"{root}/rpc/", json={"id": 1, "method": "common.server.version", "params": []}, timeout=30)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("trytond did not begin to answer")


class Person:
    """Someone who works in Tryton, by its RPC and without the port."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.url = f"{root}/{DATABASE}"
        self.key = f"{LOGIN}:{PASSWORD}"
        self._rpc = Rpc(root=root, database=DATABASE, login=LOGIN, password=PASSWORD)
        self._company = None
        currency = self.make(
            "currency.currency", name="US Dollar", code="USD", symbol="$", digits=2, rounding=Decimal("0.01")
        )
        owner = self.make("party.party", name="Northwind Traders")
        company = self.make("company.company", party=owner, currency=currency)
        (user,) = self.call("model.res.user.search", [["login", "=", LOGIN]], 0, 1, None)
        self.call("model.res.user.write", [user], {"companies": [["add", [company]]], "company": company})
        self._company = company
        for code, name in {"DE": "Germany", "GB": "United Kingdom", "US": "United States"}.items():
            self.make("country.country", code=code, name=name)

    def call(self, method, *arguments):
        context = {} if self._company is None else {"company": self._company}
        return self._rpc.call(method, *arguments, context=context)

    def make(self, model, **fields):
        return self.call(f"model.{model}.create", [fields])[0]

    def edit(self, model, record, **fields):
        self.call(f"model.{model}.write", [int(record)], fields)

    def press(self, button, sale):
        self.call(f"model.sale.sale.{button}", [int(sale)])

    def find(self, model, names, *domain):
        return self.call(f"model.{model}.search_read", list(domain), 0, None, [["id", "ASC"]], list(names))


if __name__ == "__main__":
    sys.stdout.write(f"{template()}\n")
