-- Raises when code of a table's owner (a policy, a cast) has set the session's search_path while the table was read: the caller's next
-- statements would find the owner's functions and operators instead of PostgreSQL's, and run them with the rights of the owner of the
-- schema batch. The error undoes the setting.
--
-- p_requests: the table
--
-- The caller compares the setting with a qualified operator and calls this function only if it differs, since a call costs a microsecond.
create or replace function batch.refuse_search_path(p_requests regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'a policy, cast or function of the owner of % must not set search_path for the session (what runs next would find other functions): set it on that function instead',
    p_requests using errcode = 'object_not_in_prerequisite_state';
end
$$;
