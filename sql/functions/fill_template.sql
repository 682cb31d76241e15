-- A text with each {name} in it replaced by the value of that name: format() for more values than anybody can tell apart by position.
-- Values are inserted as they are, and not searched for names.
--
-- p_template: without other braces   p_values: an object of strings
-- Raises if a value is missing or null.
create or replace function batch.fill_template(p_template text, p_values jsonb) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  filled text := '';
  part text;
  number bigint;
begin
  for part, number in select * from regexp_split_to_table(p_template, '[{}]') with ordinality loop
    if number % 2 = 1 then
      filled := filled || part;
    elsif p_values ->> part is null then
      raise exception 'the values of a template must have the name %; got %', part, p_values;
    else
      filled := filled || (p_values ->> part);
    end if;
  end loop;
  return filled;
end
$$;
