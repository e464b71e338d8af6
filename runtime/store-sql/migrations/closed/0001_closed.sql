-- One partition: closed executions of a stretch of time. The tables that hold executions are the
-- same as those of the file of open ones, so that the same statements read both.

-- How often this file was changed, and when the last of its executions began.
CREATE TABLE meta (
    version      INTEGER NOT NULL,
    started_last INTEGER
) STRICT;
INSERT INTO meta (version) VALUES (0);

-- What executions run, so that their rows and indexes carry a small number instead of two names.
CREATE TABLE machine (
    n       INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    UNIQUE (account, name)
) STRICT;

-- How many executions there are; ranges of map runs apart.
CREATE TABLE count (
    machine  INTEGER NOT NULL,
    is_range INTEGER NOT NULL,
    status   INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (machine, is_range, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE execution (
    n          INTEGER PRIMARY KEY,
    -- The id with its time first, so that what is new is written beside what is new.
    key        BLOB    NOT NULL UNIQUE,
    machine    INTEGER NOT NULL,
    status     INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    -- NULL if it is the id, printed: that is the name of an execution that was given none.
    name       TEXT,
    error      TEXT,
    -- The map run that it is a range of: execution and action.
    part_of    BLOB,
    -- Whether `body` has all facts of an execution that ended before its first checkpoint.
    is_whole   INTEGER NOT NULL,
    -- Everything else that lists show, and then what they do not; both under a checksum.
    head       BLOB    NOT NULL,
    body       BLOB    NOT NULL
) STRICT;

-- Lists: by machine, status and time. The name is there for the search by its first letters.
CREATE INDEX execution_by_status ON execution (machine, status, started_at, key, name)
    WHERE part_of IS NULL;

CREATE INDEX execution_by_name ON execution (machine, name, started_at, key)
    WHERE name IS NOT NULL;

CREATE INDEX execution_by_error ON execution (machine, error, started_at, key)
    WHERE error IS NOT NULL;

CREATE INDEX execution_by_part ON execution (part_of, started_at, key)
    WHERE part_of IS NOT NULL;

-- The tags of those that have some.
CREATE TABLE tag (
    account    INTEGER NOT NULL,
    tag        BLOB    NOT NULL,
    started_at INTEGER NOT NULL,
    key        BLOB    NOT NULL,
    PRIMARY KEY (account, tag, started_at, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX tag_by_key ON tag (key);

-- The facts of an execution from one checkpoint to the next, under a checksum.
CREATE TABLE chunk (
    key         BLOB    NOT NULL,
    first_fact  INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    facts       BLOB    NOT NULL,
    PRIMARY KEY (key, first_fact)
) STRICT;

-- The state of an execution after so many facts and events, under a checksum.
CREATE TABLE snapshot (
    key    BLOB    NOT NULL,
    facts  INTEGER NOT NULL,
    events INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    PRIMARY KEY (key, facts)
) STRICT;
