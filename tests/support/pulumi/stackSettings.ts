/** The required settings of an existing database. */
export const EXISTING = { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } };

/** An existing database with some settings changed. */
export const database = (changed: object = {}) => ({ database: { existing: { ...EXISTING, ...changed } } });

/** A batch whose requests a handler works off. */
export const PAGES = { kind: "page", table: "pages" };

/** A batch of a command. */
export const COMMAND = { ...PAGES, image: "pages:1", command: ["python3", "work.py"] };
