-- The scaling query, which KEDA asks every polling interval: how many Jobs there should be. See batch.demand().
--
-- $1 kind   $2 requests a Job works through   $3 maxReplicaCount
--
-- Always one row.
select batch.demand($1, $2, $3) as jobs
