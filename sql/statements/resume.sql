-- Takes back the session lock after the connection broke, before anyone may think the worker dead.
--
-- $1 kind   $2 request   $3 iteration   $4 session
--
-- One row: whether the lock is held now; false: the former connection, or somebody who looks, still holds it, ask again
-- shortly. Zero rows: the attempt is no longer this session's.
with mine as materialized (
  select from batch.queue
  where kind = $1 and request_id = $2 and iteration = $3 and session_id = $4
  for update
), trusted as (
  update batch.queue set doubted_at = null
  where kind = $1 and request_id = $2 and iteration = $3 and session_id = $4 and doubted_at is not null
)
select batch.hold_session($4) as held from mine
