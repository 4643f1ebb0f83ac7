"""How a break of one sentence is told: what a server takes otherwise than asked, or answers otherwise."""

import copy

KEY = "customerp-sandbox-key"
RECORD = r"/(contacts|products|quotes|orders)"
ONE = rf"{RECORD}/[^/:]+"
LINE = rf"{ONE}/lines(/[^/]+)?"
NOTHING = "conformance-no-such-record"
MERGE_PATCH = "application/merge-patch+json"

BREAKS = []
"""(sentence, break, whether no other sentence of its chapter may be named)."""


def breaks(sentence, *, alone=True):
    """Add the decorated coroutine over an exchange."""

    def added(coroutine):
        BREAKS.append((sentence, coroutine, alone))
        return coroutine

    return added


def asked(sentence, method, pattern, change, *, alone=True):
    """A server that takes something else than it was asked."""

    async def broken(x):
        if x.is_(method, pattern):
            change(x)
        await x.run()

    BREAKS.append((sentence, broken, alone))


def answered(sentence, method, pattern, change, *, alone=True):
    """A server that answers something else."""

    async def broken(x):
        await x.run()
        if x.is_(method, pattern):
            change(x)

    BREAKS.append((sentence, broken, alone))


def body(**values):
    """Lay *values* over the body asked; a callable value is given the old one, DROP takes the property away."""

    def change(x):
        if isinstance(x.body, dict):
            lay(x.body, values)

    return change


def said(**values):
    """Lay *values* over the object answered, in the same way."""

    def change(x):
        if isinstance(x.said, dict):
            lay(x.said, values)

    return change


def query(**values):
    """Lay *values* over the parameters asked."""
    return lambda x: lay(x.query, values)


def header(**values):
    """Lay *values* over the headers asked; names with underscores."""
    return lambda x: lay(x.headers, {name.replace("_", "-"): value for name, value in values.items()})


def answers_header(**values):
    """Lay *values* over the headers answered."""
    return lambda x: lay(x.answered, {name.replace("_", "-"): value for name, value in values.items()})


def DROP(_):  # noqa: N802 - reads as the constant it stands for
    """The property goes away."""


def lay(target, values):
    for name, value in values.items():
        if value is DROP:
            target.pop(name, None)
        elif callable(value):
            if name in target:
                target[name] = value(target[name])
        else:
            target[name] = value


def status(old, new):
    """Answer *new* where *old* would be."""

    def change(x):
        if x.status == old:
            x.status = new
            if isinstance(x.said, dict) and x.said.get("status") == old:
                x.said["status"] = new

    return change


def unconditional(x):
    """Take every write, whatever its If-Match."""
    x.headers["if-match"] = "*"


def when_missing(x):
    x.headers.setdefault("if-match", "*")


def of_items(change):
    """Change the items of a list."""

    def changed(x):
        if isinstance(x.said, dict) and "items" in x.said:
            x.said["items"] = change(x, x.said["items"])

    return changed


async def made_in_part(x, resource):
    """Make a document without its lines where it is refused with them."""
    given = copy.deepcopy(x.body)
    await x.run()
    if x.is_("POST", f"/{resource}") and x.status == 422 and isinstance(given, dict) and "lines" in given:
        refused = x.status, x.answered, x.said
        x.body = {**given, "lines": []}
        await x.run()
        x.status, x.answered, x.said = refused
