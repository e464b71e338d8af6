-- Things that have a name and a body and no versions: activities, buckets, connections.
CREATE TABLE entry (
    account    INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, kind, name)
) STRICT, WITHOUT ROWID;

-- Objects in buckets. The key is a BLOB, so that keys are in the order of their bytes.
CREATE TABLE object (
    account     INTEGER NOT NULL,
    bucket      TEXT    NOT NULL,
    key         BLOB    NOT NULL,
    blob        TEXT    NOT NULL,
    size_bytes  INTEGER NOT NULL,
    facets      TEXT    NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (account, bucket, key)
) STRICT, WITHOUT ROWID;
