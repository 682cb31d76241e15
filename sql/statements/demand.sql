-- The scaling query: how many Jobs there should be; see sql/functions/demand.sql.
--
-- $1 kind   $2 requests per Job   $3 maxReplicaCount   $4 podStartSeconds
--
-- Always one row. KEDA runs it every pollingInterval.
select batch.demand($1, $2, $3, $4) as jobs
