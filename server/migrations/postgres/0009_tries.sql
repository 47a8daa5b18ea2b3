-- What may be tried so often: a hash of what is tried, and by whom. Shared by all nodes, so that a passphrase is not guessed at
-- each of them anew. `until`: by then all tries count no longer, as milliseconds since 1970.
create table tries (
    key     bytea primary key,
    "until" bigint not null
);
create index tries_until on tries ("until");
