-- A kind's table may be replaced by another while requests run: batch.clear_kind() cancels them with this reason.

create trigger requeue after delete on batch.queue
  for each row when (old.canceled is not null) execute function batch.requeue();
