-- The Job controller's wait before a Job's next pod: base * 2^failures, at most 600 s (kubernetes
-- pkg/controller/job/backoff_utils.go).
--
-- p_failures: pods of the Job that failed before this one   p_backoff_limit: the Job's backoffLimit
-- p_backoff_seconds: the base delay
-- Returns zero after the Job's last pod: there is no next one.
create or replace function batch.backoff(p_failures integer, p_backoff_limit integer, p_backoff_seconds double precision)
returns interval
language sql immutable
return case
  when p_failures >= p_backoff_limit then interval '0'
  else make_interval(secs => least(p_backoff_seconds * 2 ^ least(p_failures, 30), 600))
end;
