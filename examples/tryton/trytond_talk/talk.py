"""The fields and the record of deletions that the sync needs of Tryton."""

from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.rpc import RPC
from trytond.transaction import Transaction


class Deleted(ModelSQL, ModelView):
    """A record that was deleted: Tryton's own log forgets which one it was."""

    __name__ = "talk.deleted"

    model = fields.Char("Model", required=True, readonly=True)
    record = fields.Integer("Record", required=True, readonly=True)


class Keyed:
    """A record that carries the sync's key; a copy of it carries none."""

    __slots__ = ()

    talk_key = fields.Char("Sync Key")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [("talk_key_unique", Unique(table, table.talk_key), "talk.msg_key_unique")]

    @classmethod
    def copy(cls, records, default=None):
        default = {} if default is None else default.copy()
        default.setdefault("talk_key")
        return super().copy(records, default=default)

    @classmethod
    def delete(cls, records):
        gone = [{"model": cls.__name__, "record": record.id} for record in records]
        super().delete(records)
        with Transaction().set_user(0):
            Pool().get("talk.deleted").create(gone)


class Party(Keyed, metaclass=PoolMeta):
    __name__ = "party.party"


class Product(Keyed, metaclass=PoolMeta):
    __name__ = "product.product"


class Sale(Keyed, metaclass=PoolMeta):
    __name__ = "sale.sale"

    talk_order = fields.Boolean(
        "Order of the Sync", help="It came as an order and is none of the quotations, whatever its state."
    )

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__rpc__["talk_make"] = RPC(readonly=False)
        cls.__rpc__["talk_revise"] = RPC(readonly=False, instantiate=0)

    @classmethod
    def default_talk_order(cls):
        return False

    @classmethod
    def talk_make(cls, values, buttons):
        """Make a sale and press its buttons: all of it or nothing."""
        sales = cls.create([values])
        for button in buttons:
            {"quote": cls.quote, "confirm": cls.confirm, "cancel": cls.cancel}[button](sales)
        return sales[0].id

    @classmethod
    def talk_revise(cls, sales, values):
        """Open quotations, change them and offer them again: all of it or nothing, and never seen as drafts."""
        cls.draft(sales)
        cls.write(sales, values)
        cls.quote(sales)


class Line(Keyed, metaclass=PoolMeta):
    __name__ = "sale.line"
