-- For a program's own transaction: saves a checkpoint together with the transaction's other effects. Raises as batch.own().
--
-- p_token: BATCH_TOKEN   p_value: any JSON of at most 64 KiB; null removes the checkpoint
-- Returns the request's primary key: some drivers cannot read void.
create or replace function batch.checkpoint(p_token text, p_value jsonb) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  owned bigint := batch.own(p_token);
begin
  if octet_length(p_value::text) > 65536 then
    raise exception 'a checkpoint must be at most 65536 bytes of JSON (it is written with every attempt); got %',
      octet_length(p_value::text) using errcode = 'program_limit_exceeded';
  end if;
  update batch.queue q set checkpoint = p_value where q.kind = split_part(p_token, ':', 1) and q.request_id = owned;
  return owned;
end
$$;
