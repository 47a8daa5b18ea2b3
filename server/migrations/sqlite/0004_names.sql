-- The names of public rooms have the keys that nicknames have. The program brings all of them up to date at start, and `name_key`
-- is from here on what rooms are ordered by.
drop index public_rooms;
alter table rooms add column name_said text;
alter table rooms add column name_look text;
alter table rooms add column name_shape text;
create index public_rooms on rooms (name_key, id) where kind = 'public';
create unique index public_rooms_by_name on rooms (name_said) where kind = 'public';
create unique index public_rooms_by_look on rooms (name_look) where kind = 'public';
create unique index public_rooms_by_shape on rooms (name_shape) where kind = 'public';

-- Nicknames that people have given up, and that nobody else may take for a while.
create table former_names (
    id         integer primary key autoincrement,
    user       blob not null references users (id),
    name       text not null,
    name_key   text not null,
    name_look  text,
    name_shape text,
    until      integer not null
) strict;
create index former_names_by_key on former_names (name_key);
create index former_names_by_look on former_names (name_look);
create index former_names_by_shape on former_names (name_shape);
create index former_names_of_user on former_names (user);
create index former_names_until on former_names (until);
