/**
 * What a server that holds the queue is set to besides its defaults, wherever this project starts one.
 *
 * A queue's table lives on being vacuumed: at a minute, PostgreSQL's default, every claim walks over a minute's finished
 * requests, and 16 busy connections claim a tenth less a second.
 */
export const SERVER_SETTINGS = { autovacuum_naptime: "5s" } as const;
