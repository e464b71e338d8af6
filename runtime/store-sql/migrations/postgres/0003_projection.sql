-- What executions run, so that their rows and indexes carry a small number instead of two names.
CREATE TABLE execution_machine (
    n       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint NOT NULL,
    name    text COLLATE "C" NOT NULL,
    UNIQUE (account, name)
);

-- The executions that have not ended: few, compared to all. Those that have are in tables of their
-- own, a partition of time each, which this release makes (`closed_1`, `chunk_1`, ...): they have the
-- same columns, in the same meaning. An id is 16 bytes, big-endian: a range of slots is one of ids.
CREATE TABLE open_execution (
    id              bytea  PRIMARY KEY,
    machine         bigint NOT NULL,
    -- NULL if it is the id, printed: that is the name of an execution that was given none.
    name            text COLLATE "C",
    status          bigint NOT NULL,
    started_at      bigint NOT NULL,
    -- Everything else that lists show, and then what they do not; both under a checksum.
    head            bytea  NOT NULL,
    body            bytea  NOT NULL,
    -- What is searched of an error.
    error_hash      bigint,
    -- The map run that it is a range of, by execution and action.
    part_of         bytea,
    part_action     bigint,
    -- NULL: awake; the greatest number: until somebody calls.
    wake_at         bigint,
    -- The time in the id, by which it comes into its partition.
    created_at      bigint NOT NULL
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_threshold = 5000,
    toast.autovacuum_vacuum_scale_factor = 0.05
);
ALTER TABLE open_execution ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX open_execution_awake ON open_execution (id) WHERE wake_at IS NULL;
CREATE INDEX open_execution_by_wake ON open_execution (wake_at, id) WHERE wake_at IS NOT NULL;
CREATE INDEX open_execution_by_status ON open_execution (machine, status, started_at, id)
    INCLUDE (name) WHERE part_of IS NULL;
CREATE INDEX open_execution_by_name ON open_execution (machine, name, started_at, id)
    WHERE name IS NOT NULL;
CREATE INDEX open_execution_by_error ON open_execution (error_hash, started_at, id)
    WHERE error_hash IS NOT NULL;
CREATE INDEX open_execution_by_part ON open_execution (part_of, part_action, started_at, id)
    WHERE part_of IS NOT NULL;
CREATE INDEX open_execution_by_time ON open_execution (created_at);

-- Tags of open executions, a hash of key and value each.
CREATE TABLE open_tag (
    hash       bigint NOT NULL,
    started_at bigint NOT NULL,
    id         bytea  NOT NULL,
    PRIMARY KEY (hash, started_at, id)
) WITH (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.05);

-- Tasks of activities that nobody has taken, of executions that sleep.
CREATE TABLE offer (
    account  bigint NOT NULL,
    activity text COLLATE "C" NOT NULL,
    id       bytea  NOT NULL,
    action   bigint NOT NULL,
    PRIMARY KEY (account, activity, id, action)
) WITH (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX offer_by_id ON offer (id);

-- Changes with every change of the partitions, so that nodes see that what they know is old.
CREATE TABLE partition_map (
    version bigint NOT NULL,
    next_id bigint NOT NULL
);
INSERT INTO partition_map (version, next_id) VALUES (0, 1);

-- Stretches of time that do not overlap, with the closed executions whose ids carry such a time, and
-- the facts of all whose ids do. The least and the greatest number mean that there is no end.
CREATE TABLE partition (
    id      bigint PRIMARY KEY,
    from_at bigint NOT NULL UNIQUE,
    to_at   bigint NOT NULL UNIQUE
);

-- What a shard has put into a partition: the sum over the shards is what there is. One row a shard,
-- so that shards do not wait for one another.
CREATE TABLE partition_count (
    partition   bigint NOT NULL,
    shard       bigint NOT NULL,
    rows        bigint NOT NULL,
    bytes       bigint NOT NULL,
    version     bigint NOT NULL,
    -- The newest time of an id in there, open or closed.
    newest_at   bigint NOT NULL,
    started_min bigint NOT NULL,
    started_max bigint NOT NULL,
    PRIMARY KEY (partition, shard)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.1);

-- How many executions there are by machine and status; likewise a row a shard, -1 for what went with
-- its partition.
CREATE TABLE execution_count (
    machine bigint NOT NULL,
    status  bigint NOT NULL,
    shard   bigint NOT NULL,
    n       bigint NOT NULL,
    PRIMARY KEY (machine, status, shard)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.1);
