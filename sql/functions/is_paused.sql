-- Whether the problem of a kind is that an operator has paused it (batch.pause).
--
-- p_problem: the problem; null: none
create or replace function batch.is_paused(p_problem text) returns boolean
language sql immutable
return coalesce(starts_with(p_problem, 'paused: '), false);
