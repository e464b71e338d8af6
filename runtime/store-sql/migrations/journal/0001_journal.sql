-- One generation of the journal. The newest file whose `head` has rows is the one that is written.

-- Every shard as this generation knows it: where it began, and where it is.
CREATE TABLE head (
    shard       INTEGER PRIMARY KEY,
    slot_first  INTEGER NOT NULL,
    slot_last   INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    -- The newest record when this generation began: its first record of the shard comes next.
    base_lsn    INTEGER NOT NULL,
    last_lsn    INTEGER NOT NULL,
    -- Up to here the records may be dropped.
    trimmed_lsn INTEGER NOT NULL
) STRICT;

-- Records in the order in which they came, of all shards, so that a commit touches one end of one
-- tree. There is no index: only recovery reads, and it reads everything.
CREATE TABLE record (
    n     INTEGER PRIMARY KEY,
    shard INTEGER NOT NULL,
    lsn   INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    body  BLOB    NOT NULL
) STRICT;

-- The fence: a record whose epoch is not its shard's, or whose lsn is not the next, is left out of
-- the statement that inserts it, and that record alone.
CREATE TRIGGER fence BEFORE INSERT ON record
BEGIN
    SELECT RAISE(IGNORE) WHERE NOT EXISTS (
        SELECT 1 FROM head
        WHERE shard = NEW.shard AND epoch = NEW.epoch AND last_lsn = NEW.lsn - 1
    );
    UPDATE head SET last_lsn = NEW.lsn WHERE shard = NEW.shard;
END;
