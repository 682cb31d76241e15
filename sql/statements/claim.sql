-- Claims a request for a Job's pod, counts the attempt, and takes the session lock that keeps it, or a lease.
-- First the Job's own unfinished request; else the oldest that nobody holds.
--
-- $1 kind   $2 Job   $3 pod   $4 session   $5 backoff limit   $6 crash limit   $7 interruption limit
-- $8 back-off base (seconds)   $9 lease (seconds; null: the session lock)
-- $10 pods of this Job that failed, $11 requests it has finished, as far as this pod knows (a row held for the Job knows better)
--
-- One row: the attempt. Zero rows: nothing to claim, or the Job's own request is still a former pod's; settle.sql tells
-- which.
--
-- Sent again by the same session it returns the same attempt and counts nothing, so an answer that got lost is asked for
-- again. The sub-queries lock what they find, so the row is still there, and still what it was, when the update comes to
-- its ctid. A Job has one request at a time, so its own needs no order.
update batch.queue q
set iteration = q.iteration + case when q.session_id = $4 then 0 else 1 end,
    job_failures = case when q.job_name = $2 then q.job_failures else $10 end,
    job_finished = case when q.job_name = $2 then q.job_finished else $11 end,
    started_at = case when q.session_id = $4 then q.started_at else now() end,
    created_at = coalesce(q.created_at, now()),
    session_id = $4, job_name = $2, pod_name = $3,
    backoff_limit = $5, crash_limit = $6, interruption_limit = $7, backoff_seconds = $8,
    held_until = null, doubted_at = null, lease_until = now() + make_interval(secs => $9)
where q.ctid = coalesce(
    (select own.ctid from batch.queue own where own.kind = $1 and own.job_name = $2 limit 1 for update),
    (select free.ctid from batch.queue free where free.kind = $1 and free.job_name is null
     order by free.request_id limit 1 for update skip locked)
  )
  and (q.session_id is null or q.session_id = $4)
  and ($9::double precision is not null or batch.hold_session($4))
returning q.request_id, q.iteration, q.job_failures, q.job_finished
