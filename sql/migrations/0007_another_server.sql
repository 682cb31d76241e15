-- After a failover another server answers, which has no session's lock yet although it was started long ago (batch.has_failed_over).

alter table batch.scaling add server_started_at timestamptz, add failed_over_at timestamptz;

comment on column batch.scaling.server_started_at is 'When the server that answered last was started';
comment on column batch.scaling.failed_over_at is 'When it was first seen to have replaced another one; null: it was restarted, or is still the first one';
