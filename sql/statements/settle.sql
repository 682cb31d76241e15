-- After a claim that found nothing: puts down what a dead pod of the same Job has left, and tells what to do.
--
-- $1 kind   $2 Job   $3 session
--
-- One row, with a finding:
--   settled   the Job's former pod is dead, its attempt is told as lost; claim again at once
--   busy      the Job's request, or this session's lock, is still a former connection's; claim again shortly
--   doubtful  nothing is free, but some request's worker died and its Job may be gone for good; a Job that was started
--             for that request claims again until it is free
-- Zero rows: nothing to do.
with own as materialized (
  select q.kind, q.request_id, batch.is_gone(q.session_id) as gone
  from batch.queue q
  where q.kind = $1 and q.job_name = $2 and q.session_id is not null and q.session_id <> $3
  order by q.request_id
  limit 1
  for update
), lost as materialized (
  select batch.put_down(kind, request_id, 'lost', 'the worker died without a word', false) from own where gone
), found as (
  select case
    when exists (select from lost) then 'settled'
    when exists (select from own) or not batch.hold_session($3) then 'busy'
    when exists (select from batch.queue q where q.kind = $1 and q.job_name is not null and q.doubted_at is not null) then 'doubtful'
  end as finding
)
select finding from found where finding is not null
