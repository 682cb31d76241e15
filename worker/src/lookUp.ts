import dns from "node:dns";
import type { LookupFunction } from "node:net";

/** How long to wait for an answer about a name that is known: less than half of the time for a connection. */
const PATIENCE_MS = 2_000;

type Answer = Parameters<Parameters<LookupFunction>[2]>;

const answers = new Map<string, Answer>();

/** Name servers cannot be reached or fail; a name that does not exist has another code (ENOTFOUND). */
const NO_ANSWER = "EAI_AGAIN";

/**
 * Looks up a host's addresses; without an answer in time, those that it had before. The system is asked in a thread of Node's pool, all of
 * which a handler can keep busy (images, hashes, a disk that hangs), and a name server may hang or fail, too.
 */
export const lookUp: LookupFunction = (name, options, done) => {
  const known = answers.get(name);
  let answered = false;
  const timer = known && setTimeout(answer, PATIENCE_MS, ...known);
  function answer(...given: Answer): void {
    clearTimeout(timer);
    if (!answered) done(...given);
    answered = true;
  }
  dns.lookup(name, options, (...found: Answer) => {
    if (found[0] === null) answers.set(name, found);
    answer(...(known && found[0]?.code === NO_ANSWER ? known : found));
  });
};
