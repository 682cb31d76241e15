-- For a program's own transaction: ensures that the attempt is current, and keeps it current until the transaction ends.
-- Raises when it is not, so that nothing of the transaction takes effect.
--
-- p_token: BATCH_TOKEN (batch.check_token)   Returns the request's primary key.
--
-- The lock on the request's row makes any statement that would hand the request over wait for this transaction. So that it does not wait
-- for a program that no longer exists, or whose machine hangs, the server ends this transaction once its client has disconnected, and
-- once it has waited for the client's next statement for 10 minutes, unless the session sets its own limits.
create or replace function batch.own(p_token text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  owned bigint;
begin
  perform batch.check_token(p_token);
  if current_setting('idle_in_transaction_session_timeout') = '0' then
    perform set_config('idle_in_transaction_session_timeout', '10min', true);
  end if;
  if current_setting('client_connection_check_interval') = '0' then
    begin
      perform set_config('client_connection_check_interval', '500ms', true);
    exception when invalid_parameter_value then
      -- This platform's server notices only when it next writes to the client.
    end;
  end if;
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
