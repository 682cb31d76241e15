-- Whether as many requests of a kind run as may (running_limit of batch.scaling, which batch.count_jobs() sets). Otherwise the caller may claim
-- one. Until its transaction ends, others wait here: two that count at the same moment would both proceed.
--
-- p_kind: the kind
create or replace function batch.limit_reached(p_kind text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  s record;
begin
  -- The table comes first, since polls wait for the row of batch.scaling.
  perform batch.existing_rows(p_kind, '{}');
  select c.running_limit, c.claimed_xid into s from batch.scaling c where c.kind = p_kind for no key update;
  -- Requests whose worker is suspected count as well: the worker, or its Job, may return.
  return coalesce(s.running_limit <= (
    select count(*) from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid >= s.claimed_xid
  ), false);
end
$$;
