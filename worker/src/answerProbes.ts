import { createServer, type Socket } from "node:net";
import type { Log } from "./log.ts";

/** The answer to every request: a probe only shows that this thread's event loop runs. */
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** How long a client may keep a connection open without sending a request. */
const IDLE_TIMEOUT_MS = 5_000;

/**
 * Answers Kubernetes' probes on `port`, from the thread that must not hang, until the process ends: a worker that was asked to stop is
 * still alive. A port that is not available is a warning, since the pod's startup probe then fails and its liveness probe never begins.
 */
export function answerProbes(port: number, log: Log): void {
  const server = createServer(answer);
  server.on("error", (error) => {
    log.warn(
      "cannot answer liveness probes: Kubernetes will not notice if this worker hangs; choose another livenessPort, or 0",
      {
        port,
        error: error.message,
      },
    );
  });
  server.listen(port).unref();
}

function answer(socket: Socket): void {
  socket.unref();
  socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
  // The client may close early; the next probe uses another connection.
  socket.on("error", () => undefined);
  // An answer before the request would be discarded with the connection once the request arrives at a closed socket.
  socket.once("data", () => socket.end(ANSWER));
}
