/** The longest variable with which Linux starts a program, with its name and its end (MAX_ARG_STRLEN). */
const MAX_VARIABLE_BYTES = 131_072;

/** How long the value of an environment variable may be. */
export function maxValueBytes(name: string): number {
  return MAX_VARIABLE_BYTES - Buffer.byteLength(`${name}=\0`);
}
