-- Roles. There may be several owners; `server` is whose name the command line's doings bear in the rooms' logs.
alter table users add column role text not null default 'member'
    check (role in ('member', 'moderator', 'owner', 'server'));
update users set role = 'owner' where owner = 1;
drop index one_owner;
alter table users drop column owner;
create index users_by_role on users (role) where role <> 'member';

-- Who may not sign in, why, and what becomes of what they wrote.
alter table users add column state text not null default 'active' check (state in ('active', 'deactivated', 'banned'));
alter table users add column excluded_reason text not null default '';
alter table users add column excluded_at integer not null default 0;
alter table users add column excluded_until integer;
alter table users add column excluded_by blob;
alter table users add column messages text not null default 'kept' check (messages in ('kept', 'hidden', 'erased'));
-- What they wrote up to this time is hidden or erased; 0 where nothing is.
alter table users add column masked_at integer not null default 0;
-- Whether some of what is erased is still in the log's rows.
alter table users add column erasing integer not null default 0 check (erasing in (0, 1));
create index users_erasing on users (erasing) where erasing = 1;

insert into users (id, name, name_key, created_at, role)
values (x'00000000000070008000000000000001', 'Steadfast', char(0) || 'server', 9007199254740991, 'server');

-- Codes of owner links that were not used. Of a code only its SHA-256 is kept.
create table owner_links (
    code_hash  blob primary key,
    created_at integer not null
) strict, without rowid;

-- When the room was deleted; the row stays, so that nobody takes its id for free.
alter table rooms add column deleted_at integer;
create index rooms_deleted on rooms (deleted_at) where deleted_at is not null;
-- How often entries were hidden, shown again or erased as a whole.
alter table rooms add column revision integer not null default 0;
create index direct_by_creator on rooms (creator, created_at) where kind = 'direct';

-- Who was in a room when it was deleted: they are told so, nobody else learns that it was there.
create table deleted_members (
    user blob not null references users (id),
    room blob not null references rooms (id),
    primary key (user, room)
) strict, without rowid;

-- Who brought this person in, until they say something there.
alter table members add column brought_by blob references users (id);
-- The room's `active_at` when this person hid it.
alter table members add column hidden_at integer;

-- How many people somebody brought into rooms, lately.
create table brought (
    by     blob not null references users (id),
    at     integer not null,
    people integer not null
) strict;
create index brought_lately on brought (by, at);

create table blocks (
    user    blob not null references users (id),
    blocked blob not null references users (id),
    at      integer not null,
    primary key (user, blocked)
) strict, without rowid;

-- Limits that are other for one person than for everybody.
create table limits (
    user  blob not null references users (id),
    name  text not null,
    value integer not null,
    primary key (user, name)
) strict, without rowid;

-- Where the device was last seen.
alter table sessions add column address text;

create table sign_ins (
    id       integer primary key autoincrement,
    at       integer not null,
    user     blob,
    nickname text not null,
    outcome  text not null,
    device   text not null,
    address  text
) strict;
create index sign_ins_of_user on sign_ins (user, id);

create table audit (
    id      integer primary key autoincrement,
    at      integer not null,
    action  text not null,
    -- Null for the command line.
    by      blob,
    via     text not null,
    address text,
    person  blob,
    room    blob,
    detail  text not null default ''
) strict;
create index audit_of_person on audit (person, id);

-- Addresses from which nobody new may sign up.
create table held_addresses (
    id      integer primary key autoincrement,
    address text not null unique,
    until   integer not null,
    user    blob not null references users (id)
) strict;
