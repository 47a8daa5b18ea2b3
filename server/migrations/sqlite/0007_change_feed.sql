-- The change feed: what changed outside the rooms' logs, as one more contiguous log.

-- The one row whose lock orders the changes, like a room's head orders its entries.
create table feed (
    one  integer primary key check (one = 1),
    -- The newest change's number; 0 where nothing has changed.
    head integer not null check (head >= 0)
) strict;
insert into feed (one, head) values (1, 0);

create table changes (
    number integer primary key check (number > 0),
    at     integer not null,
    -- JSON.
    change text not null
) strict;
create index changes_at on changes (at);
