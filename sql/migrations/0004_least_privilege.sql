-- PostgreSQL lets everybody execute a new function; here nobody may but the owner, and whom sql/roles.sql names. A later
-- migration that creates a function says so again. Triggers fire all the same: inserting needs no right on batch.enqueue().

revoke execute on all functions in schema batch from public;
