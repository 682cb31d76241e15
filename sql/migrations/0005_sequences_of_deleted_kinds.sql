-- A kind that was deleted or renamed left its sequence behind, which a restore of the data alone would look for.

do $$
declare
  sequence name;
begin
  for sequence in
    select c.relname from pg_class c
    where c.relnamespace = 'batch'::regnamespace and c.relkind = 'S' and starts_with(c.relname, 'arrivals_')
      and not exists (select from batch.kind k where 'arrivals_' || k.kind = c.relname)
  loop
    execute format('drop sequence batch.%I', sequence);
  end loop;
end
$$;
