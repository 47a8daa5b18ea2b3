-- The change feed: what changed outside the rooms' logs, as one more contiguous log.

-- The one row whose lock orders the changes, like a room's head orders its entries. The last lock of every transaction.
create table feed (
    one  boolean primary key default true check (one),
    -- The newest change's number; 0 where nothing has changed.
    head bigint not null check (head >= 0)
) with (fillfactor = 10);
insert into feed (head) values (0);

create table changes (
    number bigint primary key check (number > 0),
    at     bigint not null,
    -- JSON.
    change text not null
);
create index changes_at on changes (at);
