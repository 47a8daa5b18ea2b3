-- The nodes: the processes that serve this database. Each renews its lease by the database's clock; whoever's has expired is gone.

-- Unlogged: after a crash of the database server it is empty, and every node that lives is in it again within a second.
create unlogged table nodes (
    -- Made anew at each start: a process that comes back is another node.
    id         uuid primary key,
    started_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
) with (fillfactor = 10);
