-- What may be tried so often: a hash of what is tried, and by whom. `until`: by then all tries count no longer, as milliseconds
-- since 1970.
create table tries (
    key   blob primary key,
    until integer not null
) without rowid;
create index tries_until on tries (until);
