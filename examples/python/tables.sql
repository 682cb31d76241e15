-- Each row is a request: the squares of 1 to count.
create table square_runs (
  id    bigint generated always as identity primary key,
  count integer not null check (count between 1 and 1000000)
);

-- The program's output. The primary key rejects a chunk that is written twice.
create table squares (
  run_id bigint references square_runs,
  number integer,
  square bigint not null,
  primary key (run_id, number)
);
grant insert on squares to batch_program;

select batch.attach('square_runs', 'squares');
insert into square_runs (count) values (20000);
