-- How much each person has written on the last day on which they wrote, and what they may write where it is not what
-- everybody may.
create table usage (
    user        blob primary key references users (id) on delete cascade,
    -- Days since 1970-01-01, UTC.
    day         integer not null default 0,
    entries     integer not null default 0,
    bytes       integer not null default 0,
    -- Null where it is the server's setting; 0 where there is no limit.
    max_entries integer check (max_entries >= 0),
    max_bytes   integer check (max_bytes >= 0)
) strict, without rowid;
