-- Keeps an attempt: takes back the session lock after the connection broke, or renews the lease.
--
-- $1 kind   $2 Job   $3 request   $4 iteration   $5 session   $6 lease (seconds; null: the session lock)
--
-- One row: whether the attempt is kept now; false: the former connection, or somebody who looks, still holds the lock, ask
-- again shortly. Zero rows: the attempt is no longer this session's.
with mine as materialized (
  select ctid from batch.queue
  where kind = $1 and job_name = $2 and request_id = $3 and iteration = $4 and session_id = $5
  for update
), trusted as (
  update batch.queue q set doubted_at = null, lease_until = now() + make_interval(secs => $6)
  from mine where q.ctid = mine.ctid and ($6::double precision is not null or q.doubted_at is not null)
)
select $6::double precision is not null or batch.hold_session($5) as kept from mine
