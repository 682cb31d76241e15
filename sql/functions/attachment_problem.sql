-- Why the requests of a kind cannot be read or followed, and what to do; null when nothing is wrong.
--
-- p_kind: the kind
--
-- Reads catalogs only, by their indexes, so it is cheap enough for every poll. The planner would rather read a small catalog whole.
create or replace function batch.attachment_problem(p_kind text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  attached record;
  reader name;
  reattach text;
  wanted name[];
  present name[];
  missing text;
  reset text;
begin
  select k.attached, k.requests, k.timeout_column, c.oid is not null as exists, c.relkind, c.relpersistence, c.relnamespace,
         exists (select from batch.scaling s where s.kind = k.kind) and to_regclass('batch.arrivals_' || p_kind) is not null as complete,
         exists (select from pg_inherits i where i.inhrelid = k.requests or i.inhparent = k.requests) as inherits
  into attached
  from batch.kind k left join pg_class c on c.oid = k.requests
  where k.kind = p_kind;
  if not found or not attached.complete then
    return format('kind %L is not attached: select batch.attach(''TABLE'', %L)', p_kind, p_kind);
  end if;
  if not attached.attached then
    return format('kind %L is detached: select batch.attach(''TABLE'', %L)', p_kind, p_kind);
  end if;
  if not attached.exists then
    return format('the table of kind %L was dropped: create it and attach it again, or select batch.detach(%L)', p_kind, p_kind);
  end if;
  reattach := format('select batch.attach(%L, %L%s)', attached.requests, p_kind,
    case when attached.timeout_column is null then '' else format(', %L', attached.timeout_column) end);
  if batch.key_column(attached.requests) is null then
    return format('%s no longer has a primary key of one bigint column: restore it, then %s', attached.requests, reattach);
  end if;
  if attached.timeout_column is not null and not batch.is_timeout_column(attached.requests, attached.timeout_column) then
    return format('%1$s no longer has the numeric column %2$I with the timeouts: select batch.attach(%1$L, %3$L, ''COLUMN''), or without one: select batch.attach(%1$L, %3$L)',
      attached.requests, attached.timeout_column, p_kind);
  end if;
  if attached.relpersistence <> 'p' then
    return format('%s is no longer a permanent table: alter table %s set logged (and truncate it if the server has crashed meanwhile, which empties it)', attached.requests, attached.requests);
  end if;
  if attached.relkind = 'p' and batch.unlogged_partition(attached.requests) is not null then
    return format('%1$s is an unlogged partition (a crash of the server empties it): alter table %1$s set logged (and truncate it if that has happened)', batch.unlogged_partition(attached.requests));
  end if;
  if attached.relkind = 'r' and attached.inherits then
    return format('%s is now part of table inheritance or of a partitioned table (not every row fires its triggers): undo that, or select batch.detach(%L)',
      attached.requests, p_kind);
  end if;

  wanted := array['batch_' || p_kind, 'batch_' || p_kind || '$delete', 'batch_' || p_kind || '$key', 'batch_' || p_kind || '$truncate'];
  present := array(
    select t.tgname from pg_trigger t
    where t.tgrelid = attached.requests and t.tgname = any (wanted) and not t.tgisinternal and t.tgenabled in ('O', 'A')
  );
  if not present @> wanted then
    select string_agg(w.name, ', ' order by w.ordinal) into missing
    from unnest(wanted) with ordinality as w (name, ordinal) where w.name <> all (present);
  end if;
  if missing is null and attached.relkind = 'p' then
    select min(format('%s of %s', t.tgname, t.tgrelid::regclass)) into missing
    from batch.triggers(attached.requests, p_kind) t where t.tgenabled not in ('O', 'A');
  end if;
  if missing is not null then
    if exists (
      select from unnest(array['enqueue', 'enqueue_row', 'dequeue', 'dequeue_row', 'dequeue_all', 'rekey']) f
      where to_regprocedure(format('batch.%I()', f)) is null
    ) then
      return format('%s lacks the trigger %s, whose function was dropped: run the migration, then %s', attached.requests, missing, reattach);
    end if;
    return format('%s lacks the trigger %s, or it is disabled: %s', attached.requests, missing, reattach);
  end if;
  if not exists (
    select from pg_trigger t
    join pg_depend d on d.classid = 'pg_trigger'::regclass and d.objid = t.oid and d.refobjid = t.tgrelid
    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where t.tgrelid = attached.requests and t.tgname = 'batch_' || p_kind || '$key' and a.attname = batch.key_column(attached.requests)
  ) then
    return format('the primary key of %s is another column than when it was attached (its changes are not followed): %s',
      attached.requests, reattach);
  end if;
  reset := batch.replication_role_reset();
  if reset is not null and exists (select from batch.triggers(attached.requests, p_kind) t where t.tgenabled <> 'A') then
    return format('no session fires the triggers of %s (session_replication_role is replica): %s, and let applications connect again',
      attached.requests, reset);
  end if;
  -- Most databases have no subscription, so no poll must look for the partitions.
  if exists (select from pg_subscription_rel) and batch.is_subscribed(attached.requests) and exists (
    select from batch.triggers(attached.requests, p_kind) t
    where t.tgenabled <> 'A' or (t.tgtype & 1 = 0 and t.tgname <> 'batch_' || p_kind || '$truncate')
  ) then
    return format('%s receives rows from a subscription, which fires other triggers than an insert: %s', attached.requests, reattach);
  end if;
  reader := batch.reader_role(attached.requests);
  -- The readers of an earlier version were not volatile, and relied on their callers to wait for the table.
  if 2 <> (
    select count(*) from pg_proc f
    where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind) and f.prosecdef and f.provolatile = 'v'
      and not f.proisstrict
      and pg_get_userbyid(f.proowner) = reader and has_function_privilege(f.oid, 'execute')
      and not has_function_privilege('public', f.oid, 'execute')
  ) then
    return format(
      '%s is not read with its owner''s rights and by the queue alone (its owner may have changed, or its readers are an earlier version''s, or were restored without privileges): %s',
      attached.requests, reattach);
  end if;
  if not has_table_privilege(reader, attached.requests, 'select') or not has_schema_privilege(reader, attached.relnamespace, 'usage') then
    return format('%I cannot select from %s: %s', reader, attached.requests, reattach);
  end if;
  if batch.row_security_applies(attached.requests, reader) then
    -- REASSIGN OWNED gives the table and its readers another owner, and leaves the policy to the previous one.
    if not exists (
      select from pg_policy p
      where p.polrelid = attached.requests and p.polname = 'batch_' || p_kind and p.polroles @> array[to_regrole(quote_ident(reader))::oid]
    ) then
      return format('row level security hides rows of %s from %I: %s', attached.requests, reader, reattach);
    end if;
    if exists (
      select from pg_policy p
      where p.polrelid = attached.requests and not p.polpermissive and p.polcmd in ('r', '*') and exists (
        select from unnest(p.polroles) as role (id) where role.id = 0 or pg_has_role(reader, role.id, 'usage')
      )
    ) then
      return format('a restrictive policy may hide rows of %s from %I, which must see all of them: drop it, or limit it to other roles',
        attached.requests, reader);
    end if;
  end if;
  return null;
end
$$;
