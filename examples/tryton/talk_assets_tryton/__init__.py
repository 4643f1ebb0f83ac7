"""Tryton as the Customerp end of Talk Assets, spoken to by its JSON-RPC."""

from talk_assets.systems.plugged import Opening
from talk_assets_tryton.port import TrytonPort
from talk_assets_tryton.rpc import Rpc


def open_port(opening: Opening) -> TrytonPort:
    """Open Tryton: the URL ends with the database's name, the key is ``login:password``."""
    login, _, password = opening.api_key.partition(":")
    root, _, database = opening.url.rpartition("/")
    rpc = Rpc(root=root, database=database, login=login, password=password, ca_file=opening.ca_file)
    return TrytonPort(rpc=rpc, entities=opening.entities)
