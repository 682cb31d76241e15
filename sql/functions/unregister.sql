-- The part of batch.detach() that writes the queue's own tables.
create or replace function batch.unregister(p_kind text) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from batch.queue q where q.kind = p_kind and q.session_id is null;
  update batch.queue q set canceled = 'its kind was detached' where q.kind = p_kind and q.canceled is null;
  update batch.kind k set attached = false where k.kind = p_kind;
$$;
