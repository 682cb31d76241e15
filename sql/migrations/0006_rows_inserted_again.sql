-- A row may be inserted while a Job works on a deleted row of the same key (batch.mark_reinserted).

alter table batch.deleted_request add reinserted boolean not null default false;

create index deleted_request_reinserted on batch.deleted_request (kind) where reinserted;

comment on column batch.deleted_request.reinserted is 'The key has a row again, which is enqueued once the running attempt on the deleted one has ended';
