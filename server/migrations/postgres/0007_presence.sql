-- People are listed in the order of what they are found by.
create index users_by_search on users (search, id);

-- Who is connected to which node. Nothing of it lasts: after a crash of the database server it is empty, and every node that
-- lives writes its people anew.

-- How far what a node has written has changed: whoever has read it up to a version need not read it again.
create unlogged table presence_versions (
    node    uuid primary key,
    version bigint not null
) with (fillfactor = 50);

create unlogged table presence (
    node   uuid not null,
    person uuid not null,
    -- Whether they sit at none of the devices that are connected to the node.
    away   boolean not null,
    primary key (node, person)
);
