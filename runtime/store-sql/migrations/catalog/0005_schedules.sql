-- Schedules. The slot says who runs one; what its owner has to do is found by time.
CREATE TABLE schedule (
    account        INTEGER NOT NULL,
    schedule_group TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    slot           INTEGER NOT NULL,
    revision       INTEGER NOT NULL,
    due_at         INTEGER,
    body           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    modified_at    INTEGER NOT NULL,
    PRIMARY KEY (account, schedule_group, name)
) STRICT;

CREATE INDEX schedule_by_due ON schedule (due_at, slot) WHERE due_at IS NOT NULL;
