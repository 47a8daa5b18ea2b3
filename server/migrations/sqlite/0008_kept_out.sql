-- Devices that were signed out because their person is kept out, by their token: whoever was away then learns why, and not
-- only that they are signed out. They go as the person is let in again.
create table kept_out (
    token_hash blob primary key,
    user       blob not null references users (id) on delete cascade
) strict, without rowid;
create index kept_out_of_user on kept_out (user);
