-- For a program's own transaction: ensures that the attempt is current, and keeps it current until the transaction ends.
-- Raises when it is not, so that nothing of the transaction takes effect.
--
-- p_token: BATCH_TOKEN, KIND:REQUEST:ATTEMPT:UUID   Returns the request's primary key.
--
-- The lock on the request's row makes any statement that would hand the request over wait for this transaction.
create or replace function batch.own(p_token text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  owned bigint;
begin
  select q.request_id into owned from batch.queue q
  where q.kind = split_part(p_token, ':', 1) and q.request_id = split_part(p_token, ':', 2)::bigint
    and q.token = split_part(p_token, ':', 4)::uuid and q.attempt = split_part(p_token, ':', 3)::integer and q.session_id is not null
  for update;
  if not found then
    raise exception 'the attempt is no longer current: its request was given to another worker or has ended'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Roll back and exit; nothing of this transaction may take effect.';
  end if;
  return owned;
end
$$;
