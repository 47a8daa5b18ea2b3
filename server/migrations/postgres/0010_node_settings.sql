-- By which adapter a node speaks with the others, without a password: those with different ones do not hear each other. Null for a node
-- of an older version.
alter table nodes add column adapter text;
