-- The last part of batch.attach(): takes in the rows that are already there.
--
-- A transaction at another isolation level than read committed may not see rows that were committed before it had its lock; the
-- next poll takes them in.
create or replace function batch.complete_attachment(p_kind text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  wrong text := batch.attachment_problem(p_kind);
begin
  if wrong is not null then
    raise exception '%', wrong;
  end if;
  perform batch.take_in(p_kind, null);
  update batch.kind k
  set partitions = batch.partitions(k.requests), intake_pending = current_setting('transaction_isolation') <> 'read committed'
  where k.kind = p_kind;
end
$$;
