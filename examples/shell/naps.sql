-- Each row is a request to sleep.
create table naps (
  id      bigint generated always as identity primary key,
  seconds numeric not null check (seconds between 0 and 3600)
);

-- The program's output: one row for each nap.
create table dreams (
  nap_id    bigint primary key references naps,
  dreamt_at timestamptz not null default now()
);
grant insert on dreams to batch_program;

select batch.attach('naps', 'nap');
insert into naps (seconds) values (0.2);
