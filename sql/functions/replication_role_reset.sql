-- The statements that reset session_replication_role where the server, or this database, sets it to replica for every session, so that
-- ordinary triggers do not fire; null: neither sets it so. A role or a session may set it for itself: those that replicate need it.
--
-- Not the setting of this session, which may be older: KEDA's poll keeps its connection.
create or replace function batch.replication_role_reset() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  setting record;
begin
  -- A database's own value is used instead of that for all databases, and both instead of the server's.
  select s.setdatabase, lower(c) = 'session_replication_role=replica' as is_replica into setting
  from pg_db_role_setting s, unnest(s.setconfig) c
  where s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database())) and s.setrole = 0
    and starts_with(c, 'session_replication_role=')
  order by s.setdatabase = 0 limit 1;
  if found then
    return case
      when not setting.is_replica then null
      when setting.setdatabase = 0 then 'alter role all reset session_replication_role'
      else format('alter database %I reset session_replication_role', current_database())
    end;
  elsif current_setting('session_replication_role') = 'replica' then
    return (
      select case p.source
        -- Not "alter system reset", which has no effect on a line of postgresql.conf.
        when 'configuration file' then 'alter system set session_replication_role = origin; select pg_reload_conf()'
        -- Of the server, which takes precedence over its files.
        when 'command line' then format('alter database %I set session_replication_role = origin', current_database())
      end
      from pg_settings p where p.name = 'session_replication_role'
    );
  end if;
  return null;
end
$$;
