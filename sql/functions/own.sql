-- For a program's own transaction: ensures that the attempt is current, and keeps it current until the transaction ends
-- (batch.lock_token). Raises when it is not, so that nothing of the transaction takes effect.
--
-- p_token: BATCH_TOKEN (batch.check_token)   Returns the request's primary key.
create or replace function batch.own(p_token text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  owned bigint;
begin
  perform batch.check_token(p_token);
  owned := batch.lock_token(p_token);
  if owned is null then
    raise exception 'the attempt is no longer current: its request was given to another worker or has ended'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Roll back and exit; nothing of this transaction may take effect.';
  end if;
  return owned;
end
$$;
