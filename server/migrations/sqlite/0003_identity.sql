-- The nickname's other keys: what it looks like, and what its letters are drawn like. The program brings all three up to date
-- at start.
alter table users add column name_look text;
alter table users add column name_shape text;
create unique index users_by_look on users (name_look);
create unique index users_by_shape on users (name_shape);

-- The first person owns the server.
alter table users add column owner integer not null default 0 check (owner in (0, 1));
create unique index one_owner on users (owner) where owner = 1;
update users set owner = 1 where id = (select id from users order by created_at, id limit 1);

-- An Argon2id hash with its parameters and salt (PHC string); null where none is set.
alter table users add column passphrase text;

alter table sessions add column name text not null default '';
alter table sessions add column last_seen_at integer not null default 0;
update sessions set last_seen_at = created_at;
create index sessions_of_user on sessions (user);

-- Invitations. Of the code only its SHA-256 is kept.
create table invites (
    id         integer primary key autoincrement,
    code_hash  blob not null unique,
    created_at integer not null,
    expires_at integer not null,
    used       integer not null default 0,
    -- How many people may come by it; null where any number may.
    uses       integer check (uses > 0)
) strict;

-- What is said once about the whole server: `name_rules` that the nicknames' keys follow, `registration` where it is closed.
create table settings (
    name  text primary key,
    value text not null
) strict, without rowid;
