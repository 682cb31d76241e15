-- batch.prioritize() lowers the lower bound of the waiting requests when its transaction commits: polls and the ends of attempts wait for
-- the lock on the row of batch.scaling, and an operator's transaction may stay open.

-- Empty: a row exists until the transaction that inserted it commits.
create table batch.prioritized (
  kind       text collate "C" not null,
  request_id bigint not null,
  constraint prioritized_pkey primary key (kind, request_id)
);

comment on table batch.prioritized is 'Empty: the requests that a transaction prioritizes, until it commits';

do $$
begin
  execute format('alter table batch.prioritized owner to %I', (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'batch'));
end $$;

create constraint trigger lower_bounds after insert on batch.prioritized deferrable initially deferred
  for each row execute function batch.lower_bounds();
