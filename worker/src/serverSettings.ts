/**
 * Non-default settings of every PostgreSQL server that this project starts for the queue.
 *
 * A queue's table needs frequent vacuums: with PostgreSQL's default of one minute, every claim scans the dead entries of a minute's
 * finished requests, and 16 busy connections claim a tenth less per second.
 */
export const SERVER_SETTINGS = { autovacuum_naptime: "5s" } as const;
