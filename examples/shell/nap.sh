#!/bin/sh
# Sleeps as long as the row says, then inserts the dream and ends the request in one transaction.
set -eu
row=$(cat)

query() {
  psql --no-psqlrc --quiet --tuples-only --no-align \
    --set=ON_ERROR_STOP=1 --set=row="$row" --set=token="$BATCH_TOKEN"
}

seconds=$(echo "select :'row'::json ->> 'seconds'" | query)
echo "sleeping for $seconds s"
sleep "$seconds"

query > /dev/null <<'SQL'
begin;
insert into dreams (nap_id) values (batch.own(:'token'));
select batch.finish(:'token');
commit;
SQL
