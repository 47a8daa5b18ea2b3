-- Rooms of every kind, and what the log's later entries have made of its earlier ones.

-- The table is made anew, for its names are no longer all different. What refers to it is looked at when this is committed.
pragma defer_foreign_keys = on;
create table rooms_before as select id, name, head, created_at from rooms;
drop table rooms;

create table rooms (
    id         blob primary key,
    kind       text not null check (kind in ('public', 'private', 'direct')),
    -- Empty for a direct one.
    name       text not null,
    -- The name without regard to case: what makes a public one unique.
    name_key   text not null,
    topic      text not null default '',
    -- Name and topic without regard to case: what is searched.
    search     text not null,
    -- The people of a direct room, their ids in order: there is one room of exactly these.
    direct_key blob unique,
    -- Null for the room that was born with the database.
    creator    blob references users (id),
    -- Whether everybody is in it from the start.
    lobby      integer not null default 0 check (lobby in (0, 1)),
    archived   integer not null default 0 check (archived in (0, 1)),
    -- The newest seq; 0 where nothing was said.
    head       integer not null default 0 check (head >= 0),
    created_at integer not null,
    -- When the newest message was stored, or the room made.
    active_at  integer not null,
    check ((kind = 'direct') = (direct_key is not null))
) strict, without rowid;

create unique index public_rooms on rooms (name_key) where kind = 'public';

insert into rooms (id, kind, name, name_key, search, lobby, head, created_at, active_at)
select id, 'public', name, lower(name), lower(name), name = 'general', head, created_at,
       coalesce((select at from entries where entries.room = rooms_before.id and entries.seq = rooms_before.head),
                created_at)
from rooms_before;
drop table rooms_before;

create index members_of_room on members (room);

-- What kind of body it is, by its name on the wire.
alter table entries add column kind text not null default 'message';
-- The message that it changes, where it changes one.
alter table entries add column target integer;
-- What counts as unread.
create index news on entries (room, seq, author) where kind = 'message';
create index edits on entries (room, target) where kind = 'edit';

-- Messages that later entries have changed, and the newest edit's seq where they were edited.
create table changed (
    room    blob not null references rooms (id),
    message integer not null,
    edit    integer,
    primary key (room, message)
) strict, without rowid;

-- The reactions there are.
create table reactions (
    room    blob not null references rooms (id),
    message integer not null,
    emoji   text not null,
    user    blob not null references users (id),
    -- The entry that put it there.
    seq     integer not null,
    -- The entry since which the message has had this emoji without a break: the emojis' order.
    since   integer not null,
    primary key (room, message, emoji, user)
) strict, without rowid;

-- Which messages mention whom, by their text as it is. Members only, and nobody by their own.
create table mentions (
    user    blob not null references users (id),
    room    blob not null references rooms (id),
    message integer not null,
    primary key (user, room, message)
) strict, without rowid;
create index mentions_of_message on mentions (room, message);
