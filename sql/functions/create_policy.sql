-- Creates the policy by which the reader of a kind sees every row of its table where row level security applies to it; drops one that is
-- no longer needed. A correct one stays: replacing it would wait for every transaction that has read the table, and
-- inserts would wait for that.
--
-- p_kind: the kind   p_requests: its table   p_reader: the role that reads it
create or replace function batch.create_policy(p_kind text, p_requests regclass, p_reader name) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  applies boolean := batch.row_security_applies(p_requests, p_reader);
  -- The owner's own queries must not see more than before. As pg_get_expr() writes it.
  condition text := case
    when pg_has_role(p_reader, (select c.relowner from pg_class c where c.oid = p_requests), 'usage')
      then $sql$(current_setting('postgres_batch.reading'::text, true) = 'on'::text)$sql$
    else 'true'
  end;
begin
  if applies and exists (
    select from pg_policy p
    where p.polrelid = p_requests and p.polname = 'batch_' || p_kind and p.polcmd = 'r' and p.polpermissive
      and p.polroles = array[to_regrole(quote_ident(p_reader))::oid] and pg_get_expr(p.polqual, p.polrelid) = condition
  ) then
    return;
  end if;
  perform batch.drop_policy(p_kind, p_requests);
  if applies then
    execute format('create policy %I on %s for select to %I using (%s)', 'batch_' || p_kind, p_requests, p_reader, condition);
  end if;
end
$$;
