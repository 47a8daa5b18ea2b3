-- The one row that names this database's life.
create table epoch (
    one integer primary key check (one = 1),
    id  blob not null
) strict;

create table users (
    id         blob primary key,
    name       text not null,
    -- The nickname without regard to case: what makes it unique.
    name_key   text not null unique,
    created_at integer not null
) strict, without rowid;

-- Signed-in devices. Of the token only its SHA-256 is kept.
create table sessions (
    id         integer primary key autoincrement,
    token_hash blob not null unique,
    user       blob not null references users (id),
    created_at integer not null
) strict;

create table rooms (
    id         blob primary key,
    name       text not null unique,
    -- The newest seq; 0 where nothing was said.
    head       integer not null default 0 check (head >= 0),
    created_at integer not null
) strict, without rowid;

create table members (
    user      blob not null references users (id),
    room      blob not null references rooms (id),
    -- How far this person has read.
    read      integer not null default 0,
    joined_at integer not null,
    primary key (user, room)
) strict, without rowid;

-- The log. A table with a rowid: its rows are long, and new ones belong at the end.
create table entries (
    room   blob not null references rooms (id),
    seq    integer not null check (seq > 0),
    author blob not null references users (id),
    id     blob not null,
    at     integer not null,
    body   text not null,
    unique (room, seq),
    unique (author, id)
) strict;
