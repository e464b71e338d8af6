-- Open executions get tables of their own in this file, and closed ones files of their own. What is
-- here from before is moved by the program, bit by bit, and these tables then go.
DROP INDEX execution_by_status;
DROP INDEX execution_by_name;
ALTER TABLE execution RENAME TO old_execution;
ALTER TABLE chunk RENAME TO old_chunk;
DROP TABLE open_execution;

-- The files of closed executions, each with a stretch of time: of the time in ids, in milliseconds.
-- NULL is for ever. A number is never given again.
CREATE TABLE partition (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    time_first INTEGER,
    -- The first instant after it.
    time_end   INTEGER
) STRICT;

-- Executions that were closed and are open again: they are still to be removed from that file.
CREATE TABLE reopened (
    key       BLOB    NOT NULL,
    partition INTEGER NOT NULL,
    PRIMARY KEY (key, partition)
) STRICT, WITHOUT ROWID;

-- Open executions, in the same tables as closed ones, and what only open ones have.
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
    -- Never here.
    is_whole   INTEGER NOT NULL,
    -- Everything else that lists show, and then what they do not; both under a checksum.
    head       BLOB    NOT NULL,
    body       BLOB    NOT NULL,
    slot       INTEGER NOT NULL,
    -- One of 16 ranges of slots: the shards of a new database.
    band       INTEGER NOT NULL,
    -- Whether it need not be in its owner's memory, and until when if that is known.
    sleeps     INTEGER NOT NULL,
    wake_at    INTEGER
) STRICT;

CREATE INDEX execution_by_status ON execution (machine, status, started_at, key, name)
    WHERE part_of IS NULL;

CREATE INDEX execution_by_name ON execution (machine, name, started_at, key)
    WHERE name IS NOT NULL;

CREATE INDEX execution_by_part ON execution (part_of, started_at, key)
    WHERE part_of IS NOT NULL;

CREATE INDEX execution_by_error ON execution (machine, error, started_at, key)
    WHERE error IS NOT NULL;

CREATE INDEX execution_awake ON execution (slot, key) WHERE sleeps = 0;

CREATE INDEX execution_by_wake ON execution (band, wake_at, slot, key) WHERE wake_at IS NOT NULL;

CREATE TRIGGER count_one_more AFTER INSERT ON execution
BEGIN
    INSERT INTO count (machine, is_range, status, n)
    VALUES (NEW.machine, NEW.part_of IS NOT NULL, NEW.status, 1)
    ON CONFLICT (machine, is_range, status) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER count_another AFTER UPDATE OF status ON execution WHEN OLD.status <> NEW.status
BEGIN
    UPDATE count SET n = n - 1
    WHERE machine = OLD.machine AND is_range = (OLD.part_of IS NOT NULL) AND status = OLD.status;
    INSERT INTO count (machine, is_range, status, n)
    VALUES (NEW.machine, NEW.part_of IS NOT NULL, NEW.status, 1)
    ON CONFLICT (machine, is_range, status) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER count_one_less AFTER DELETE ON execution
BEGIN
    UPDATE count SET n = n - 1
    WHERE machine = OLD.machine AND is_range = (OLD.part_of IS NOT NULL) AND status = OLD.status;
END;

CREATE TABLE tag (
    account    INTEGER NOT NULL,
    tag        BLOB    NOT NULL,
    started_at INTEGER NOT NULL,
    key        BLOB    NOT NULL,
    PRIMARY KEY (account, tag, started_at, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX tag_by_key ON tag (key);

CREATE TABLE chunk (
    key         BLOB    NOT NULL,
    first_fact  INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    facts       BLOB    NOT NULL,
    PRIMARY KEY (key, first_fact)
) STRICT;

CREATE TABLE snapshot (
    key    BLOB    NOT NULL,
    facts  INTEGER NOT NULL,
    events INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    PRIMARY KEY (key, facts)
) STRICT;

-- Tasks of activities that open executions offer.
CREATE TABLE offer (
    account  INTEGER NOT NULL,
    activity TEXT    NOT NULL,
    slot     INTEGER NOT NULL,
    key      BLOB    NOT NULL,
    action   INTEGER NOT NULL,
    PRIMARY KEY (account, activity, slot, key, action)
) STRICT, WITHOUT ROWID;

CREATE INDEX offer_by_key ON offer (key);
