-- Objects that are put in parts, while their parts come.
CREATE TABLE upload (
    account    INTEGER NOT NULL,
    bucket     TEXT    NOT NULL,
    key        BLOB    NOT NULL,
    id         TEXT    NOT NULL,
    facets     TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    PRIMARY KEY (account, bucket, key, id)
) STRICT, WITHOUT ROWID;

-- Those that nobody finished are forgotten after some time.
CREATE INDEX upload_by_time ON upload (started_at);

-- A part belongs to the upload of its id, which is never used again.
CREATE UNIQUE INDEX upload_by_id ON upload (account, id);

CREATE TABLE part (
    account     INTEGER NOT NULL,
    upload      TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    blob        TEXT    NOT NULL,
    size_bytes  INTEGER NOT NULL,
    facets      TEXT    NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (account, upload, number)
) STRICT, WITHOUT ROWID;
