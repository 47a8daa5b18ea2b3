-- A room's row is the lock that orders what is appended to its log. It is written with every commit, so there is room beside it.
create table rooms (
    id         uuid primary key,
    kind       text not null check (kind in ('public', 'private', 'direct')),
    -- Empty for a direct one.
    name       text collate "C" not null,
    -- The name without regard to case: what rooms are ordered by.
    name_key   text collate "C" not null,
    name_said  text collate "C",
    name_look  text collate "C",
    name_shape text collate "C",
    topic      text not null default '',
    -- Name and topic without regard to case: what is searched.
    search     text collate "C" not null,
    -- The people of a direct room, their ids in order: there is one room of exactly these.
    direct_key bytea unique,
    -- Null for the room that was born with the database.
    creator    uuid references users,
    -- Whether everybody is in it from the start.
    lobby      boolean not null default false,
    archived   boolean not null default false,
    -- The newest seq; 0 where nothing was said.
    head       bigint not null default 0 check (head >= 0),
    -- When the newest entry was stored: none is stored as older than it.
    last_at    bigint not null default 0,
    created_at bigint not null,
    -- When the newest message was stored, or the room made.
    active_at  bigint not null,
    -- When the room was deleted; the row stays, so that nobody takes its id for free.
    deleted_at bigint,
    -- How often entries were hidden, shown again or erased as a whole.
    revision   bigint not null default 0,
    check ((kind = 'direct') = (direct_key is not null))
) with (fillfactor = 50);
create index public_rooms on rooms (name_key, id) where kind = 'public';
create unique index public_rooms_by_name on rooms (name_said) where kind = 'public';
create unique index public_rooms_by_look on rooms (name_look) where kind = 'public';
create unique index public_rooms_by_shape on rooms (name_shape) where kind = 'public';
create unique index the_lobby on rooms (lobby) where lobby;
create index rooms_deleted on rooms (deleted_at) where deleted_at is not null;
create index direct_by_creator on rooms (creator, created_at) where kind = 'direct';

create table members (
    person     uuid not null references users,
    room       uuid not null references rooms,
    -- How far this person has read.
    read       bigint not null default 0,
    joined_at  bigint not null,
    -- Who brought this person in, until they say something there.
    brought_by uuid references users,
    -- The room's `active_at` when this person hid it.
    hidden_at  bigint,
    primary key (person, room)
) with (fillfactor = 80);
create index members_of_room on members (room, person);

-- Who was in a room when it was deleted: they are told so, nobody else learns that it was there.
create table deleted_members (
    person uuid not null references users,
    room   uuid not null references rooms,
    primary key (person, room)
);

-- How many people somebody brought into rooms, lately.
create table brought (
    by     uuid not null references users,
    at     bigint not null,
    people bigint not null
);
create index brought_lately on brought (by, at);

create table blocks (
    person  uuid not null references users,
    blocked uuid not null references users,
    at      bigint not null,
    primary key (person, blocked)
);
