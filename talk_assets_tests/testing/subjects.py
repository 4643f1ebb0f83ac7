"""The ends of this project as subjects of the rules of ports."""

from contextlib import contextmanager

from talk_assets.model.system import System
from talk_assets.testing import Kind, Subject
from talk_assets_tests.systems.conftest import customerp_end, memory_end, salesforce_end

TEXTS = {
    System.SALESFORCE: {"contact": "Department", "order": "Description", "order_line": "Description"},
    System.CUSTOMERP: {"contact": "department", "order": "notes", "order_line": "description"},
}
TOO_LONG = "x" * 200


def subject_of(end, *, another, edit=None):
    texts = TEXTS[end.port.system]
    own = {name: end.paths.get(name, name) for name in (*end.document_values, *end.line_values, "last", "quantity")}
    line = {own[name]: text for name, text in end.line_values.items()} | {own["quantity"]: "2"}
    return Subject(
        port=end.port,
        another=another,
        edit=edit,
        record=Kind(
            entity=end.entities["contact"],
            values={own["last"]: "Byron"},
            text=texts["contact"],
            refused={own["last"]: TOO_LONG},
        ),
        document=Kind(
            entity=end.entities["order"],
            values={own[name]: text for name, text in end.document_values.items()},
            text=texts["order"],
        ),
        line=Kind(
            entity=end.entities["order_line"], values=line, text=texts["order_line"], refused={own["quantity"]: "0"}
        ),
    )


def memory_subject(system=System.CUSTOMERP, *, seen_as=lambda port: port):
    """An end in memory; *seen_as* makes a connection of it, by default the end itself."""
    end = memory_end(system)
    memory, end.port = end.port, seen_as(end.port)
    return subject_of(end, another=lambda: seen_as(memory), edit=memory.edit)


@contextmanager
def embedded_subject(system):
    opened = salesforce_end if system is System.SALESFORCE else customerp_end
    with opened() as end:
        yield subject_of(end, another=end.another)
