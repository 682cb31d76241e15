-- Raises unless the caller has the rights of a table's owner. Without them it may be able to lock the table, but not to create its readers
-- and triggers. Of a superuser's table, which the owner of the schema batch reads, PostgreSQL itself checks the other rights.
--
-- p_requests: the table
create or replace function batch.require_owner(p_requests regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  owner name := (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = p_requests);
begin
  if not pg_has_role(batch.reader_role(p_requests), 'usage') then
    raise exception '% may be attached and detached only by its owner, %, a member of that role or a superuser; got %', p_requests, owner, current_user
      using errcode = 'insufficient_privilege', hint = format('Call it as %1$I, or grant %1$I to %2$I.', owner, current_user);
  end if;
end
$$;
