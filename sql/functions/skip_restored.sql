-- A trigger: skips a restored row whose key already exists. Argument: the name of the key's column.
--
-- A kind that exists keeps its table, and takes over which requests belong to rows that were truncated, and that it is paused. Refuses one
-- whose table was truncated after attempts: all that end before that, also the restored ones, would belong to truncated rows and run again.
create or replace function batch.skip_restored() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  is_present boolean;
begin
  execute format('select exists (select from batch.%I t where t.%I = ($1).%2$I)', tg_table_name, tg_argv[0]) into is_present using new;
  if is_present and tg_table_name = 'kind' then
    if exists (select from batch.kind k where k.kind = new.kind and k.cleared_at > new.cleared_at) then
      raise exception 'kind % must have had no attempts before its table was truncated (the restored ones would run again)', quote_literal(new.kind)
        using errcode = 'object_not_in_prerequisite_state', hint = format('Before you restore: %s; update batch.kind set cleared_at = default where kind = %L', (
          select string_agg(format('delete from batch.%I where kind = %L', t.name, new.kind), '; ')
          from unnest(array['queue', 'job', 'history', 'deleted_request', 'rejected']) as t (name)
        ), new.kind);
    end if;
    update batch.kind k
    set cleared_at = new.cleared_at,
        problem = case when batch.is_paused(new.problem) then new.problem else k.problem end,
        problem_since = case when batch.is_paused(new.problem) then new.problem_since else k.problem_since end
    where k.kind = new.kind;
  end if;
  if is_present and tg_table_name = 'scaling' then
    -- The restored requests are older than those that were there: they may lie below the bounds of the scans.
    perform batch.reset_bounds(new.kind);
  end if;
  return case when is_present then null else new end;
end
$$;
