-- What is unread is kept, not counted: the messages a room has ever had, less those that a member has seen. Their own are seen,
-- and so are erased ones.
alter table rooms add column messages integer not null default 0;
alter table members add column seen integer not null default 0;

update rooms set messages = (select count(*) from entries where entries.room = rooms.id and entries.kind = 'message');
update members set seen = (select messages from rooms where rooms.id = members.room) - (
    select count(*) from entries
    where entries.room = members.room and entries.seq > members.read
        and entries.author <> members.user and entries.kind = 'message');

-- It served the count, and every message paid for it.
drop index news;
