-- Takes in the rows of partitions that were attached since the last poll, and all rows where batch.attach() could not see them
-- (it ran at another isolation level than read committed).
--
-- p_kind: the kind, with nothing wrong with its attachment
create or replace function batch.take_in_missing(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  present oid[];
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  present := batch.partitions(attached.requests);
  if attached.intake_pending then
    perform batch.take_in(p_kind, null);
  elsif not present <@ attached.partitions then
    perform batch.take_in(p_kind, array(select unnest(present) except select unnest(attached.partitions)));
  end if;
  update batch.kind k set intake_pending = false, partitions = present
  where k.kind = p_kind and (k.intake_pending or k.partitions <> present);
end
$$;
