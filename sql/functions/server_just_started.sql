-- Whether the server has just started, for 5 s: it has no session locks yet, although workers are alive. They reconnect within 2 s.
--
-- p_started_at: when it was started; later than now where the clock was set back since
create or replace function batch.server_just_started(p_started_at timestamptz default pg_postmaster_start_time()) returns boolean
language sql stable
return p_started_at between now() - interval '5 seconds' and now() + interval '5 seconds';
