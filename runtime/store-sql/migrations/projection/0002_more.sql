-- What rows have gained, in one value.
ALTER TABLE execution ADD COLUMN more BLOB;

DROP TABLE chunk;
CREATE TABLE chunk (
    id          BLOB    NOT NULL,
    first_fact  INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    facts       BLOB    NOT NULL,
    PRIMARY KEY (id, first_fact)
) STRICT;

CREATE TABLE snapshot (
    id     BLOB    NOT NULL,
    facts  INTEGER NOT NULL,
    events INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    PRIMARY KEY (id, facts)
) STRICT;

CREATE TABLE offer (
    account  INTEGER NOT NULL,
    activity TEXT    NOT NULL,
    id       BLOB    NOT NULL,
    action   INTEGER NOT NULL,
    PRIMARY KEY (account, activity, id, action)
) STRICT, WITHOUT ROWID;

CREATE INDEX offer_by_id ON offer (id);

-- NULL: awake; the greatest number: called.
CREATE INDEX open_execution_awake ON open_execution (id) WHERE wake_at IS NULL;
