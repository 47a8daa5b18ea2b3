-- What people are found by, and listed in the order of: the nickname without regard to case. The program fills it at start.
alter table users add column search text not null default '';
create index users_by_search on users (search, id);
