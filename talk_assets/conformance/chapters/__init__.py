"""The chapters of the contract, in the order they are read and tested."""

from talk_assets.conformance.chapters.access import ACCESS
from talk_assets.conformance.chapters.batches import BATCH
from talk_assets.conformance.chapters.changes import CHANGES
from talk_assets.conformance.chapters.creates import CREATE
from talk_assets.conformance.chapters.deletes import DELETE
from talk_assets.conformance.chapters.documents import DOCUMENTS
from talk_assets.conformance.chapters.errors import ERRORS
from talk_assets.conformance.chapters.lines import LINES
from talk_assets.conformance.chapters.lists import LISTS
from talk_assets.conformance.chapters.paging import PAGING
from talk_assets.conformance.chapters.properties import PROPERTIES
from talk_assets.conformance.chapters.records import RECORDS
from talk_assets.conformance.chapters.updates import UPDATE
from talk_assets.conformance.chapters.values import VALUES

CHAPTERS = (
    ACCESS,
    CREATE,
    RECORDS,
    PROPERTIES,
    VALUES,
    UPDATE,
    DELETE,
    LISTS,
    PAGING,
    DOCUMENTS,
    LINES,
    BATCH,
    CHANGES,
    # The last: it judges every answer that the others got.
    ERRORS,
)
SENTENCES = tuple(sentence for chapter in CHAPTERS for sentence in chapter.sentences)
