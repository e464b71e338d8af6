-- Keys by which callers prove who they are. `secret` is sealed, or a digest.
CREATE TABLE key (
    id           text COLLATE "C" PRIMARY KEY,
    account      bigint NOT NULL,
    kind         text   NOT NULL,
    name         text   NOT NULL,
    scopes       text   NOT NULL,
    secret       bytea  NOT NULL,
    created_at   bigint NOT NULL,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint
);

CREATE INDEX key_by_account ON key (account, id);

-- Who changed what: a chain for each account.
CREATE TABLE audit (
    account    bigint NOT NULL,
    n          bigint NOT NULL,
    at         bigint NOT NULL,
    actor      text   NOT NULL,
    action     text   NOT NULL,
    name       text COLLATE "C" NOT NULL,
    detail     text   NOT NULL,
    request_id text   NOT NULL,
    previous   bytea  NOT NULL,
    digest     bytea  NOT NULL,
    PRIMARY KEY (account, n)
);

CREATE INDEX audit_by_name ON audit (account, name, n);

-- The last record of each chain, so that one whose end was cut off is noticed. Whoever writes a
-- record locks its account's row, last of all that it locks.
CREATE TABLE audit_head (
    account bigint PRIMARY KEY,
    n       bigint NOT NULL,
    digest  bytea  NOT NULL
);
