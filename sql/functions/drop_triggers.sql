-- Drops the triggers of a kind on its table, whatever they are called: they may have been renamed.
--
-- p_requests: the table   p_kind: the kind   p_kept: the names of those that stay
--
-- No backslash in a literal: its meaning depends on standard_conforming_strings.
create or replace function batch.drop_triggers(p_requests regclass, p_kind text, p_kept name[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  trigger name;
begin
  for trigger in
    select t.tgname from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where t.tgrelid = p_requests and not t.tgisinternal and f.pronamespace = 'batch'::regnamespace
      and t.tgargs = convert_to(p_kind, 'UTF8') || decode('00', 'hex') and t.tgname <> all (p_kept)
  loop
    execute format('drop trigger %I on %s', trigger, p_requests);
  end loop;
end
$$;
