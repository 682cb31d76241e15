import type pg from "pg";

/**
 * Whether the role that a session logged in as has been dropped. If it was created again under the same name, it is another role, whose
 * rights only a new session gets.
 */
export async function hasLostRole(client: pg.ClientBase | undefined): Promise<boolean> {
  try {
    await client?.query("select session_user");
    return false;
  } catch (error) {
    // undefined_object. Any other error, such as the connection's, is left to the next statement.
    return (error as { code?: string }).code === "42704";
  }
}
