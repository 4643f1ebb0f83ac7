"""The tables of the embedded Customerp's database."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    id           TEXT PRIMARY KEY,
    resource     TEXT NOT NULL,
    external_key TEXT,
    updated_at   TEXT NOT NULL,
    version      INTEGER NOT NULL,
    deleted      INTEGER NOT NULL,
    match_one    TEXT,
    match_two    TEXT,
    body         TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS record_by_key
    ON record (resource, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_by_stamp ON record (resource, updated_at, id);
CREATE INDEX IF NOT EXISTS record_by_match_one ON record (resource, match_one) WHERE match_one IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_by_match_two ON record (resource, match_two) WHERE match_two IS NOT NULL;
CREATE TABLE IF NOT EXISTS reference (
    to_id   TEXT NOT NULL,
    from_id TEXT NOT NULL,
    PRIMARY KEY (to_id, from_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reference_by_origin ON reference (from_id);
CREATE TABLE IF NOT EXISTS change (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    resource   TEXT NOT NULL,
    id         TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted    INTEGER NOT NULL,
    origin     TEXT
);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency (
    key         TEXT PRIMARY KEY,
    created_at  TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status      INTEGER NOT NULL,
    etag        TEXT,
    location    TEXT,
    body        TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_by_age ON idempotency (created_at);
"""
