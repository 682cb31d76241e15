-- The part of batch.attach() that writes the queue's own tables. Raises when the kind belongs to another table that exists and is attached.
-- Where that one was dropped or detached, its requests end.
--
-- p_kind, p_requests, p_timeout_column: as in batch.attach()
create or replace function batch.register(p_kind text, p_requests regclass, p_timeout_column name) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  kind_row batch.kind;
begin
  insert into batch.kind as k (kind, requests, timeout_column)
  values (p_kind, p_requests, p_timeout_column)
  on conflict (kind) do nothing;
  -- All kinds of the table, in the order of batch.purge(): the transaction may attach it under another one next.
  perform from batch.kind k where k.requests = p_requests order by k.kind for update;
  select * into strict kind_row from batch.kind k where k.kind = p_kind for update;
  if kind_row.requests <> p_requests then
    if kind_row.attached and exists (select from pg_class c where c.oid = kind_row.requests) then
      raise exception 'kind must be a new one (a kind belongs to one table); got %, which belongs to %', quote_literal(p_kind), kind_row.requests;
    end if;
    -- Waits for programs' own transactions (batch.own): batch.clear_kind() would skip what they have locked.
    perform from batch.queue q where q.kind = p_kind and q.session_id is not null for update;
    perform batch.clear_kind(p_kind, 'its table was replaced by another');
  end if;
  update batch.queue q set canceled = null where q.kind = p_kind and q.canceled = 'its kind was detached';
  update batch.kind k
  set requests = p_requests, timeout_column = p_timeout_column, attached = true,
      problem = case when batch.is_paused(k.problem) then k.problem end,
      problem_since = case when batch.is_paused(k.problem) then k.problem_since end
  where k.kind = p_kind;
  insert into batch.scaling (kind) values (p_kind) on conflict (kind) do nothing;
  if to_regclass('batch.arrivals_' || p_kind) is null then
    execute format('create sequence batch.%I', 'arrivals_' || p_kind);
  end if;
end
$$;
