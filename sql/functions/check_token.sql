-- Raises unless a text has the form of a BATCH_TOKEN, which a program that no worker has started does not have. Whether its attempt is
-- current is checked by batch.lock_token(). The message does not repeat the text, because a token is a secret.
--
-- p_token: KIND:REQUEST:ATTEMPT:UUID
create or replace function batch.check_token(p_token text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_token ~ '^[a-z][a-z0-9_]*:-?[0-9]{1,19}:[0-9]{1,10}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') is not true then
    raise exception 'the token must be the value of BATCH_TOKEN (it proves that a program works on an attempt); got %',
      case when p_token is null then 'null' when p_token = '' then 'an empty text' else 'another text' end
      using errcode = 'invalid_parameter_value';
  end if;
end
$$;
