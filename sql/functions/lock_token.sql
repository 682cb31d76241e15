-- Locks the request of an attempt until the transaction ends, if the attempt is current: for a program's own transaction.
--
-- p_token: BATCH_TOKEN (batch.check_token)   Returns the request's primary key; null: the attempt is no longer current.
--
-- The lock on the request's row makes any statement that would hand the request over wait for this transaction. So that it does not wait
-- for a program that no longer exists, or whose machine hangs, the server ends this transaction once its client has disconnected, and
-- once it has waited for the client's next statement for 10 minutes, unless the session sets its own limits. And its commit waits for the
-- disk: the worker relies on what the program has committed.
-- Serializable transactions of different programs must not conflict: a sequential scan would read the rows of all.
create or replace function batch.lock_token(p_token text) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  locked bigint;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
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
  select q.request_id into locked from batch.queue q
  where q.kind = split_part(p_token, ':', 1) and q.request_id = split_part(p_token, ':', 2)::bigint
    and q.token = split_part(p_token, ':', 4)::uuid and q.attempt = split_part(p_token, ':', 3)::integer and q.session_id is not null
  for update;
  return locked;
end
$$;
