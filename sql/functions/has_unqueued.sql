-- Whether a table has a row that batch.enqueue_existing() would enqueue, or report because its key is another row's as well, or a claimed
-- request has no row. Also true for a row that has been deleted meanwhile, and if the table cannot be read: batch.attach() then locks the
-- table and looks again.
--
-- p_kind: the kind
--
-- Each request is looked up by its whole key, whatever the statistics say.
create or replace function batch.has_unqueued(p_kind text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  chunk constant integer := 100000;
  cleared constant timestamptz := (select k.cleared_at from batch.kind k where k.kind = p_kind);
  repeats constant boolean := (select batch.keys_may_repeat(k.requests) from batch.kind k where k.kind = p_kind);
  above bigint;
  ids bigint[];
begin
  loop
    ids := batch.read_keys(p_kind, null, above, chunk, null);
    if repeats and (select count(distinct i) from unnest(ids) i) < cardinality(ids) or exists (
      select from unnest(ids) as existing (id)
      where (select true from batch.queue q where q.kind = p_kind and q.request_id = existing.id limit 1) is null and (
        (
          select h.status <> 'FAILED' and h.ended_at > cleared
          from batch.history h where h.kind = p_kind and h.request_id = existing.id order by h.attempt desc limit 1
        ) is not true
        or (select true from batch.deleted_request d where d.kind = p_kind and d.request_id = existing.id limit 1)
      )
    ) then
      return true;
    end if;
    exit when coalesce(cardinality(ids), 0) < chunk;
    -- The last key again where another row may have it.
    above := ids[chunk] - repeats::integer;
  end loop;
  return cardinality(batch.claimed_without_row(p_kind, false)) > 0;
exception
  when insufficient_privilege or undefined_object or data_exception then
    return true;
end
$$;
