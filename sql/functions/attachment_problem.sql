-- Why the requests of a kind cannot be read or followed; null when nothing is wrong.
--
-- p_kind: the kind
--
-- Reads catalogs only, so it may be asked at every poll.
create or replace function batch.attachment_problem(p_kind text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  table_name text;
  missing text;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  if not found then
    return format('kind %L is not attached: select batch.attach(''TABLE'', %L)', p_kind, p_kind);
  end if;
  if not attached.attached then
    return format('kind %L is detached: select batch.attach(''TABLE'', %L)', p_kind, p_kind);
  end if;
  if not exists (select from pg_class c where c.oid = attached.requests) then
    return format('the table of kind %L was dropped: create it and attach it again, or select batch.detach(%L)', p_kind, p_kind);
  end if;
  table_name := attached.requests::text;
  if batch.key_column(attached.requests) is null then
    return format('%s has no primary key of one bigint column any more: restore it, then select batch.attach(%L, %L)',
      table_name, table_name, p_kind);
  end if;
  if not has_table_privilege(attached.requests, 'select') or not (
    select has_schema_privilege(c.relnamespace, 'usage') from pg_class c where c.oid = attached.requests
  ) then
    return format('%I cannot select from %s: select batch.attach(%L, %L)', current_user, table_name, table_name, p_kind);
  end if;
  select string_agg(wanted.name, ', ') into missing
  from unnest(array['batch_' || p_kind, 'batch_' || p_kind || '_delete', 'batch_' || p_kind || '_key', 'batch_' || p_kind || '_truncate'])
    as wanted (name)
  where not exists (
    select from pg_trigger t
    where t.tgrelid = attached.requests and t.tgname = wanted.name and not t.tgisinternal and t.tgenabled in ('O', 'A')
  );
  if missing is not null then
    return format('%s lacks the trigger %s, or it is disabled: select batch.attach(%L, %L)',
      table_name, missing, table_name, p_kind);
  end if;
  if exists (
    select from pg_inherits i join pg_class child on child.oid = i.inhrelid
    where i.inhparent = attached.requests and not child.relispartition
  ) then
    return format('%s has child tables (their rows would not become requests): attach each child instead', table_name);
  end if;
  if row_security_active(attached.requests) and (
    select count(*) filter (where p.polpermissive and p.polcmd in ('r', '*') and pg_get_expr(p.polqual, p.polrelid) = 'true') = 0
      or count(*) filter (where not p.polpermissive and p.polcmd in ('r', '*')) > 0
    from pg_policy p
    where p.polrelid = attached.requests and (p.polroles = '{0}' or (select oid from pg_roles where rolname = current_user) = any (p.polroles))
  ) then
    return format('row level security may hide rows of %s from %I: select batch.attach(%L, %L), and drop restrictive policies for it',
      table_name, current_user, table_name, p_kind);
  end if;
  return null;
end
$$;
