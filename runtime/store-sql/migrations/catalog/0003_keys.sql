-- Keys by which callers prove who they are. `secret` is sealed, or a digest.
CREATE TABLE key (
    id           TEXT    PRIMARY KEY,
    account      INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,
    secret       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX key_by_account ON key (account, id);

-- Who changed what: a chain for each account.
CREATE TABLE audit (
    account    INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    previous   BLOB    NOT NULL,
    digest     BLOB    NOT NULL,
    PRIMARY KEY (account, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_name ON audit (account, name, n);

-- The last record of each chain, so that one whose end was cut off is noticed.
CREATE TABLE audit_head (
    account INTEGER PRIMARY KEY,
    n       INTEGER NOT NULL,
    digest  BLOB    NOT NULL
) STRICT;
