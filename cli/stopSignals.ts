/** The signals that ask a command to stop: Ctrl-C, a service manager's, a closed terminal's, and Ctrl-\. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** A signal within this time after the first is the same one: npm forwards signals that its whole process group has already received. */
export const SAME_SIGNAL_MS = 1_000;
