-- Whether this server replaced another one less than 5 s ago (a failover to a replica that was started long ago), so that workers may not
-- have reconnected yet: no session without a lease counts as dead then. After a restart batch.session_is_dead() grants these 5 s.
--
-- p_kind: the kind
--
-- Stores which server answers; if another session has locked the row of batch.scaling, the next call does. A replica that was started after
-- the last poll and then promoted is taken for a server that was restarted.
create or replace function batch.has_failed_over(p_kind text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  started constant timestamptz := pg_postmaster_start_time();
  known record;
begin
  select s.server_started_at as started_at, s.failed_over_at, s.polled_at into known from batch.scaling s where s.kind = p_kind;
  if found and known.started_at is distinct from started then
    known.failed_over_at := case when known.started_at is not null and started <= known.polled_at then now() end;
    update batch.scaling s set server_started_at = started, failed_over_at = known.failed_over_at
    from (select f.kind from batch.scaling f where f.kind = p_kind for no key update skip locked) free where s.kind = free.kind;
  end if;
  return coalesce(known.failed_over_at between now() - interval '5 seconds' and now() + interval '5 seconds', false);
end
$$;
