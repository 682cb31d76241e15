const TABLE = `create sequence tags; create table parcels (id bigint primary key, place integer default 1, tag bigint default nextval('tags'))`;
const PARTITIONED = `create sequence tags; create table parcels (id bigint, place integer, tag bigint default nextval('tags'), primary key (id, place))
  partition by list (place); create table parcels_1 partition of parcels for values in (1); create table parcels_2 partition of parcels for values in (2)`;
const withTrigger = (table: string, name: string, event: string, body: string) =>
  `${table}; create function react() returns trigger language plpgsql as $$begin if pg_trigger_depth() < 2 then ${body}; end if; return null; end$$;
   create trigger ${name} after ${event} on parcels for each row execute function react()`;
const INSERT_AGAIN = "insert into parcels (id, place) values (old.id, old.place) on conflict do nothing";
const MOVE = "update parcels set id = id + 4 where id = new.id and id < 4";

/** The tables of users, some with a trigger of their own. */
export const TABLES: Readonly<Record<string, string>> = {
  plain: TABLE,
  partitioned: PARTITIONED,
  "a trigger inserts a deleted row again": withTrigger(TABLE, "react", "delete", INSERT_AGAIN),
  "a trigger inserts a changed row's key again": withTrigger(TABLE, "a_react", "update of id", INSERT_AGAIN),
  "a trigger changes a new row's key": withTrigger(TABLE, "react", "insert", MOVE),
  "a trigger changes a new row's key first": withTrigger(PARTITIONED, "a_react", "insert", MOVE),
};

/** What applications do, with two keys and a partition. No TRUNCATE: a claim that waits for it ends its request. */
export const WRITES: readonly ((a: number, b: number, place: number) => string)[] = [
  (a, _, place) => `insert into parcels (id, place) values (${a}, ${place})`,
  (a, b, place) =>
    `insert into parcels (id, place) values (${a}, ${place}), (${b + 4}, ${place}) on conflict do nothing`,
  (a) => `delete from parcels where id = ${a}`,
  // In a partitioned table such a row counts as moved.
  (a) =>
    `with gone as (delete from parcels where id = ${a} returning 1) insert into parcels (id) select ${a} from gone
     where not exists (select from pg_partitioned_table)`,
  (a, _, place) => `delete from parcels where id = ${a}; insert into parcels (id, place) values (${a}, ${place})`,
  (a, b) => `update parcels set id = ${b} where id = ${a}`,
  (a, b) => `update parcels set id = ${a} where id = ${b + 4}`,
  (a, b) => `update parcels set id = -1 where id = ${a}; update parcels set id = ${a} where id = ${b}`,
  () => "update parcels set id = id + 4 where id between 0 and 4",
  () => "select from parcels",
  ...["read committed", "repeatable read", "serializable"].map((level) => () => `begin isolation level ${level}`),
  ...["savepoint s", "rollback to s", "commit", "commit", "rollback"].map((text) => () => text),
];
/** What PostgreSQL and the queue may answer to them. */
export const REFUSALS =
  /^(23505|40001|40P01|25001|25P01|25P02|3B001|(P0001|55006) .*(one request, one owner|only row with its))/;
