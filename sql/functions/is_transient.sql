-- Whether an error while a row was read is not the row's: a deadlock, a lock that was not free, or resources that all sessions share. Memory
-- for the row itself is another matter: only then PostgreSQL gives a detail, the size that it could not get.
--
-- p_code: its SQLSTATE   p_detail: its detail; empty: none
create or replace function batch.is_transient(p_code text, p_detail text) returns boolean
language sql immutable
return p_code like '40%' or p_code = '55P03' or p_code like '53%' and not (p_code = '53200' and p_detail <> '');
