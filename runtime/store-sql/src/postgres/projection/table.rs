//! Names of a partition's tables, and how they are made.

/// The columns that rows of open and of closed executions have in common, in the order in which they
/// are written.
pub(super) const COLUMNS: &str =
    "id, machine, name, status, started_at, head, body, error_hash, part_of, part_action";

/// Types of [`COLUMNS`], as arrays of them are bound: parameters 1 to 10.
pub(super) const ARRAYS: &str = "$1::bytea[], $2::bigint[], $3::text[], $4::bigint[], \
     $5::bigint[], $6::bytea[], $7::bytea[], $8::bigint[], $9::bytea[], $10::bigint[]";

/// Rows of closed executions.
pub(super) fn closed(partition: i64) -> String {
    format!("closed_{partition}")
}

/// Chunks of executions of that time, open or closed.
pub(super) fn chunk(partition: i64) -> String {
    format!("chunk_{partition}")
}

/// Snapshots of executions of that time, open or closed.
pub(super) fn snapshot(partition: i64) -> String {
    format!("snapshot_{partition}")
}

/// Tags of closed executions.
pub(super) fn tag(partition: i64) -> String {
    format!("tag_{partition}")
}

/// Makes the tables of a partition. Facts and states were packed by others: they are not compressed.
/// Tables that only grow need no vacuum but the one that marks their pages as known to everybody.
pub(super) fn make(partition: i64) -> String {
    let (closed, chunk) = (closed(partition), chunk(partition));
    let (snapshot, tag) = (snapshot(partition), tag(partition));
    format!(
        "CREATE TABLE {closed} (
             id              bytea  PRIMARY KEY,
             machine         bigint NOT NULL,
             name            text COLLATE \"C\",
             status          bigint NOT NULL,
             started_at      bigint NOT NULL,
             head            bytea  NOT NULL,
             body            bytea  NOT NULL,
             error_hash      bigint,
             part_of         bytea,
             part_action     bigint,
             -- All facts of an execution that ended before its first checkpoint, and no chunk.
             first_event     bigint,
             facts           bytea
         );
         ALTER TABLE {closed}
             ALTER COLUMN body SET STORAGE EXTERNAL,
             ALTER COLUMN facts SET STORAGE EXTERNAL;
         CREATE INDEX {closed}_by_status ON {closed} (machine, status, started_at, id)
             INCLUDE (name) WHERE part_of IS NULL;
         CREATE INDEX {closed}_by_name ON {closed} (machine, name, started_at, id)
             WHERE name IS NOT NULL;
         CREATE INDEX {closed}_by_error ON {closed} (error_hash, started_at, id)
             WHERE error_hash IS NOT NULL;
         CREATE INDEX {closed}_by_part ON {closed} (part_of, part_action, started_at, id)
             WHERE part_of IS NOT NULL;
         CREATE TABLE {tag} (
             hash       bigint NOT NULL,
             started_at bigint NOT NULL,
             id         bytea  NOT NULL,
             PRIMARY KEY (hash, started_at, id)
         );
         CREATE TABLE {chunk} (
             id          bytea  NOT NULL,
             first_fact  bigint NOT NULL,
             first_event bigint NOT NULL,
             facts       bytea  NOT NULL,
             PRIMARY KEY (id, first_fact)
         ) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);
         ALTER TABLE {chunk} ALTER COLUMN facts SET STORAGE EXTERNAL;
         CREATE TABLE {snapshot} (
             id     bytea  NOT NULL,
             facts  bigint NOT NULL,
             events bigint NOT NULL,
             body   bytea  NOT NULL,
             PRIMARY KEY (id, facts)
         ) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);
         ALTER TABLE {snapshot} ALTER COLUMN body SET STORAGE EXTERNAL;"
    )
}

/// Drops the tables of a partition.
pub(super) fn unmake(partition: i64) -> String {
    let (closed, chunk) = (closed(partition), chunk(partition));
    let (snapshot, tag) = (snapshot(partition), tag(partition));
    format!("DROP TABLE {closed}, {chunk}, {snapshot}, {tag};")
}
