-- For a program's own transaction: ends the request with SUCCESS together with the transaction's other effects. Raises as
-- batch.own(); but called again for an attempt that it has finished already it changes nothing and returns false.
--
-- p_token: BATCH_TOKEN, KIND:REQUEST:ATTEMPT:UUID   p_result: any JSON of at most 64 KiB; null: nothing
create or replace function batch.finish(p_token text, p_result jsonb default null) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  finished batch.queue;
begin
  if octet_length(p_result::text) > 65536 then
    raise exception 'a result must be at most 65536 bytes of JSON (it is kept in the history); got %', octet_length(p_result::text)
      using errcode = 'program_limit_exceeded';
  end if;
  perform from batch.history h
  where h.kind = split_part(p_token, ':', 1) and h.request_id = split_part(p_token, ':', 2)::bigint
    and h.attempt = split_part(p_token, ':', 3)::integer and h.status = 'SUCCESS';
  if found then
    return false;
  end if;
  perform batch.own(p_token);
  delete from batch.queue q
  where q.kind = split_part(p_token, ':', 1) and q.request_id = split_part(p_token, ':', 2)::bigint
  returning q.* into finished;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, job_name, pod_name, result, progress
  ) values (
    finished.kind, finished.request_id, finished.attempt, finished.session_id, finished.created_at, finished.started_at, 'SUCCESS',
    finished.job_name, finished.pod_name, p_result, finished.progress
  );
  return true;
end
$$;
