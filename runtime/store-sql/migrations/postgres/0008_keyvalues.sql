-- What functions keep by key. The key is bytes, so that keys are in the order of their bytes.
CREATE TABLE keyvalue (
    account bigint NOT NULL,
    store   text COLLATE "C" NOT NULL,
    key     bytea  NOT NULL,
    value   bytea  NOT NULL,
    PRIMARY KEY (account, store, key)
);
