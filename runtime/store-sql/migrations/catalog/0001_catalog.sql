-- Definitions by the SHA-256 of their text, kept for ever: executions refer to them.
CREATE TABLE definition (
    digest BLOB PRIMARY KEY,
    text   TEXT NOT NULL
) STRICT;

CREATE TABLE machine (
    n          INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account, name)
) STRICT;

CREATE TABLE machine_version (
    machine    INTEGER NOT NULL REFERENCES machine (n) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    definition BLOB    NOT NULL REFERENCES definition (digest),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (machine, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE function (
    n          INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account, name)
) STRICT;

CREATE TABLE function_version (
    function     INTEGER NOT NULL REFERENCES function (n) ON DELETE CASCADE,
    version      INTEGER NOT NULL,
    module       BLOB    NOT NULL,
    module_bytes INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    settings     TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (function, version)
) STRICT, WITHOUT ROWID;
