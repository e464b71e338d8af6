-- Objects that are put in parts, while their parts come.
CREATE TABLE upload (
    account    bigint NOT NULL,
    bucket     text COLLATE "C" NOT NULL,
    key        bytea  NOT NULL,
    id         text COLLATE "C" NOT NULL,
    facets     text   NOT NULL,
    started_at bigint NOT NULL,
    PRIMARY KEY (account, bucket, key, id)
);

-- Those that nobody finished are forgotten after some time.
CREATE INDEX upload_by_time ON upload (started_at);

-- A part belongs to the upload of its id, which is never used again.
CREATE UNIQUE INDEX upload_by_id ON upload (account, id);

CREATE TABLE part (
    account     bigint NOT NULL,
    upload      text COLLATE "C" NOT NULL,
    number      bigint NOT NULL,
    blob        text   NOT NULL,
    size_bytes  bigint NOT NULL,
    facets      text   NOT NULL,
    modified_at bigint NOT NULL,
    PRIMARY KEY (account, upload, number)
);
