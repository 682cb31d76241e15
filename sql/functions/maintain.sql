-- What every poll does before it counts: notes what is wrong with the kind, takes in rows that no trigger saw, makes deferred
-- requests available, cleans up after the dead, and keeps the scans short.
--
-- p_kind: the kind   Returns whether Jobs may be started for it.
create or replace function batch.maintain(p_kind text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  wrong text := batch.attachment_problem(p_kind);
  cluster bigint;
begin
  update batch.kind k set problem = wrong, problem_since = case when wrong is not null then coalesce(k.problem_since, now()) end
  where k.kind = p_kind and k.problem is distinct from wrong;
  update batch.kind k set key_column = batch.key_column(k.requests)
  where k.kind = p_kind and wrong is null and k.key_column <> batch.key_column(k.requests);
  -- The numbers of transactions start again in another cluster, into which this database was restored.
  select c.system_identifier into cluster from pg_control_system() c;
  update batch.scaling s
  set waiting_xid = '0', waiting_id = -9223372036854775808, claimed_xid = '0', cluster_id = cluster
  where s.kind = p_kind and s.cluster_id <> cluster;

  if wrong is null then
    begin
      perform batch.take_in_missing(p_kind);
    exception when others then
      wrong := sqlerrm;
      update batch.kind k set problem = wrong, problem_since = coalesce(k.problem_since, now()) where k.kind = p_kind;
    end;
  end if;
  update batch.queue q set available_at = null, enqueued_xid = pg_current_xact_id()
  where q.kind = p_kind and q.available_at <= now();
  perform batch.suspect_dead(p_kind);
  perform batch.reap(p_kind);
  perform batch.renumber_claimed(p_kind);
  perform batch.advance_bounds(p_kind);
  delete from batch.job j where j.kind = p_kind and j.updated_at < now() - interval '7 days';
  return wrong is null;
end
$$;
