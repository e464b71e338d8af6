-- What functions keep by key. The key is a BLOB, so that keys are in the order of their bytes. Values
-- may be large: they stay out of the index, which is all that listing keys reads.
CREATE TABLE keyvalue (
    account INTEGER NOT NULL,
    store   TEXT    NOT NULL,
    key     BLOB    NOT NULL,
    value   BLOB    NOT NULL,
    PRIMARY KEY (account, store, key)
) STRICT;
