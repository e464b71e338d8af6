-- Every shard: its slots, its fence and its lease. A commit updates one row a shard, so the pages are
-- kept nearly empty: every version of a row finds room on its own page, and no index changes.
CREATE TABLE shard (
    id          bigint PRIMARY KEY,
    -- Both ends included.
    slot_first  bigint NOT NULL,
    slot_last   bigint NOT NULL,
    -- The fence: a record is taken under this epoch and as the one after `last_lsn`, or not at all.
    epoch       bigint NOT NULL,
    last_lsn    bigint NOT NULL,
    -- Up to here the records may be dropped.
    trimmed_lsn bigint NOT NULL,
    -- NULL if it was released.
    owner       text COLLATE "C",
    -- On this database's clock, and nobody else's.
    lease_until timestamptz
) WITH (
    fillfactor = 10,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 0
);

-- The nodes that said that they are there.
CREATE TABLE node (
    id           text COLLATE "C" PRIMARY KEY,
    address      text,
    announced_at timestamptz NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

-- The generations of the journal, the newest of which is written: the table of generation 7 is
-- `journal_7`. A generation goes as a whole, with its table.
CREATE TABLE journal_generation (
    n bigint PRIMARY KEY
);

-- Up to where each shard's journal is contained in the projection. The epoch is that of the newest
-- owner, who took it with the lease: a former one writes no checkpoint.
CREATE TABLE checkpoint (
    shard bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    lsn   bigint NOT NULL
) WITH (
    fillfactor = 10,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 0
);
