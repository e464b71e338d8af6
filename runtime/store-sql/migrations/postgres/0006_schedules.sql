-- Schedules. The slot says who runs one; what its owner has to do is found by time.
CREATE TABLE schedule (
    account        bigint NOT NULL,
    schedule_group text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    slot           bigint NOT NULL,
    revision       bigint NOT NULL,
    due_at         bigint,
    body           text   NOT NULL,
    state          text   NOT NULL,
    created_at     bigint NOT NULL,
    modified_at    bigint NOT NULL,
    PRIMARY KEY (account, schedule_group, name)
);

CREATE INDEX schedule_by_due ON schedule (due_at, slot) WHERE due_at IS NOT NULL;
