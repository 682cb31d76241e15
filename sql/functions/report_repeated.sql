-- Reports keys that several rows have, each once, in batch.rejected: the primary key of a partitioned table allows them, and no trigger
-- has refused rows of a partition that was attached, or from before batch.attach(). A claim ends such a request (batch.create_readers);
-- one that runs or is finished would hide the other row.
--
-- p_kind: the kind   p_ids: keys of rows that exist; null: none
create or replace function batch.report_repeated(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  problem text;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  if p_ids is null or not batch.keys_may_repeat(attached.requests) then
    return;
  end if;
  problem := format('several rows of %s have this primary key (it identifies the request)', attached.requests);
  insert into batch.rejected (kind, request_id, reason, queue_row)
  select p_kind, repeated.id, problem, coalesce(
    (select to_jsonb(q.*) from batch.queue q where q.kind = p_kind and q.request_id = repeated.id limit 1), '{}')
  from (select k as id from unnest(batch.read_keys(p_kind, null, null, null, p_ids)) k group by k having count(*) > 1) repeated
  where (select true from batch.rejected r where r.kind = p_kind and r.request_id = repeated.id and r.reason = problem limit 1) is null;
end
$$;
