-- After a claim that found nothing: puts down what a dead pod of the same Job has left, frees what other Jobs should have
-- come back for, and tells what to do.
--
-- $1 kind   $2 Job   $3 session   $4 lease (seconds; null: the session lock)
--
-- One row, with a finding:
--   settled   something may be claimed now; claim again at once
--   busy      the Job's request, or this session's lock, is still a former connection's; claim again shortly
--   awaited   nothing is free, but a request's worker is gone, or it is held for a Job that may be; a pod that has done
--             nothing yet claims again until its Job is back or it is free
-- Zero rows: nothing to do.
with own as materialized (
  select q.kind, q.job_name, q.request_id, batch.is_gone(q.session_id, q.lease_until) as gone
  from batch.queue q
  where q.kind = $1 and q.job_name = $2 and q.session_id is not null and q.session_id <> $3
  limit 1
  for update
), crashed as materialized (
  select batch.put_down(kind, job_name, request_id, 'crashed', 'the worker died without a word', false, true)
  from own where gone
), found as (
  select case
    when exists (select from crashed) then 'settled'
    when exists (select from own) or not ($4::double precision is not null or batch.hold_session($3)) then 'busy'
    when batch.free_overdue($1) > 0 then 'settled'
    when exists (
      select from batch.queue q
      where q.kind = $1 and q.job_name is not null and (q.doubted_at is not null or q.held_until is not null)
    ) then 'awaited'
  end as finding
)
select finding from found where finding is not null
