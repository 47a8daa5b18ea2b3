create table entries (
    room   uuid not null references rooms,
    seq    bigint not null check (seq > 0),
    author uuid not null references users,
    id     uuid not null,
    at     bigint not null,
    -- Of JSON: kept as it was written, for a text may hold what jsonb refuses.
    body   text not null,
    -- What kind of body it is, by its name on the wire.
    kind   text not null default 'message',
    -- The message that it changes, where it changes one.
    target bigint,
    primary key (room, seq),
    -- What settles a repeat.
    constraint entries_author_id unique (author, id)
);
create index edits on entries (room, target) where kind = 'edit';

-- Messages that later entries have changed, and the newest edit's seq where they were edited.
create table changed (
    room    uuid not null references rooms,
    message bigint not null,
    edit    bigint,
    primary key (room, message)
);

-- The reactions there are.
create table reactions (
    room    uuid not null references rooms,
    message bigint not null,
    emoji   text collate "C" not null,
    person  uuid not null references users,
    -- The entry that put it there.
    seq     bigint not null,
    -- The entry since which the message has had this emoji without a break: the emojis' order.
    since   bigint not null,
    primary key (room, message, emoji, person)
);

-- Which messages mention whom, by their text as it is. Members only, and nobody by their own.
create table mentions (
    person  uuid not null references users,
    room    uuid not null references rooms,
    message bigint not null,
    primary key (person, room, message)
);
create index mentions_of_message on mentions (room, message);
