-- Which of the claims that earlier polls expected are still to come, and how many of them are missing. Reads no table.
--
-- p_expected: numbers of claims that there should be, ascending, each expected by a poll   p_since: since when its Jobs should exist
-- p_made: how many claims there are   p_needed: how many there would be if every Job that should work now had claimed
-- p_made_since_poll: how many of them since the last poll   p_late: a claim expected since then is missing, if it is not one of many
--
-- Where more than 60 claims are outstanding, each six may take a second more: Kubernetes creates that many pods a second (docs/scale.md).
-- Their time does not begin before those pods were created that have claimed since the last poll.
--
-- One row: p_expected and p_since without what was claimed or is no longer needed; and missing: 0 if no claim is.
--
-- It sets no search_path: its caller sets one.
create or replace function batch.expected_claims(
  p_expected bigint[], p_since timestamptz[], p_made bigint, p_needed bigint, p_made_since_poll bigint, p_late timestamptz,
  out expected bigint[], out since timestamptz[], out missing bigint
)
language plpgsql stable
as $$
declare
  creation constant interval := make_interval(secs => p_made_since_poll * 1000 / 6 / 1000.0);
  outstanding bigint;
  outstanding_since timestamptz;
  late timestamptz;
begin
  expected := '{}';
  since := '{}';
  missing := 0;
  for i in 1 .. cardinality(p_expected) loop
    outstanding := least(p_expected[i], p_needed) - p_made;
    continue when outstanding <= 0;
    outstanding_since := p_since[i];
    late := p_late;
    if outstanding > 60 then
      outstanding_since := greatest(outstanding_since, least(outstanding_since + creation, now()));
      late := late - make_interval(secs => outstanding / 6);
    end if;
    if outstanding_since <= late then
      missing := outstanding;
    end if;
    if p_made + outstanding = expected[cardinality(expected)] then
      since[cardinality(since)] := least(since[cardinality(since)], outstanding_since);
    else
      expected := expected || p_made + outstanding;
      since := since || outstanding_since;
    end if;
  end loop;
end
$$;
