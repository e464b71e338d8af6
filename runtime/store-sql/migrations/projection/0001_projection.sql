-- Up to where each shard's journal is contained in here.
CREATE TABLE checkpoint (
    shard INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    lsn   INTEGER NOT NULL
) STRICT;

-- What executions run, so that their rows and indexes carry a small number instead of two names.
CREATE TABLE machine (
    n       INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    UNIQUE (account, name)
) STRICT;

-- One row per execution. A row keeps its place in the table while rows come and go around it, so
-- new ones are written at the end, whatever their ids.
CREATE TABLE execution (
    n               INTEGER PRIMARY KEY,
    -- 16 bytes, big-endian: a range of slots is a range of ids.
    id              BLOB    NOT NULL UNIQUE,
    machine         INTEGER NOT NULL REFERENCES machine (n),
    machine_version INTEGER NOT NULL,
    -- NULL if it is the id, printed: that is the name of an execution that was given none.
    name            TEXT,
    definition      BLOB    NOT NULL,
    status          INTEGER NOT NULL,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    input           BLOB    NOT NULL,
    output          BLOB,
    error           TEXT,
    cause           TEXT,
    -- All facts of an execution that ended before its first checkpoint, and no chunk.
    first_event     INTEGER,
    facts           BLOB
) STRICT;

-- Lists: by machine, status and time. The name is there for the search by its first letters.
CREATE INDEX execution_by_status ON execution (machine, status, started_at, id, name);

CREATE INDEX execution_by_name ON execution (machine, name, started_at, id)
    WHERE name IS NOT NULL;

-- The facts of an execution from one checkpoint to the next. Facts may tell no event, so it takes
-- the checkpoint's lsn as well to tell two chunks apart.
CREATE TABLE chunk (
    id          BLOB    NOT NULL,
    first_event INTEGER NOT NULL,
    lsn         INTEGER NOT NULL,
    facts       BLOB    NOT NULL,
    PRIMARY KEY (id, first_event, lsn)
) STRICT;

-- The executions that have not ended: few, compared to all.
CREATE TABLE open_execution (
    id      BLOB PRIMARY KEY,
    wake_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX open_execution_by_wake ON open_execution (wake_at, id) WHERE wake_at IS NOT NULL;
