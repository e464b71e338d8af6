-- Names are in the order of their bytes, whatever the database's own order is.

-- Definitions by the SHA-256 of their text, kept for ever: executions refer to them.
CREATE TABLE definition (
    digest bytea PRIMARY KEY,
    text   text NOT NULL
);

CREATE TABLE machine (
    n          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account    bigint NOT NULL,
    name       text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (account, name)
);

CREATE TABLE machine_version (
    machine    bigint NOT NULL REFERENCES machine (n) ON DELETE CASCADE,
    version    bigint NOT NULL,
    definition bytea  NOT NULL REFERENCES definition (digest),
    created_at bigint NOT NULL,
    PRIMARY KEY (machine, version)
);

CREATE TABLE function (
    n          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account    bigint NOT NULL,
    name       text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (account, name)
);

CREATE TABLE function_version (
    function     bigint NOT NULL REFERENCES function (n) ON DELETE CASCADE,
    version      bigint NOT NULL,
    module       bytea  NOT NULL,
    module_bytes bigint NOT NULL,
    kind         text   NOT NULL,
    settings     text   NOT NULL,
    created_at   bigint NOT NULL,
    PRIMARY KEY (function, version)
);

-- Things that have a name and a body and no versions: activities, buckets, connections.
CREATE TABLE entry (
    account    bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    body       text   NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (account, kind, name)
);

-- Objects in buckets. The key is bytes, so that keys are in the order of their bytes.
CREATE TABLE object (
    account     bigint NOT NULL,
    bucket      text COLLATE "C" NOT NULL,
    key         bytea  NOT NULL,
    blob        text   NOT NULL,
    size_bytes  bigint NOT NULL,
    facets      text   NOT NULL,
    modified_at bigint NOT NULL,
    PRIMARY KEY (account, bucket, key)
);
