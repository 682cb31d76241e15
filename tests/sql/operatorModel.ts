/** What batch.queue and batch.history show of a request; `none`: neither has it; `off`: it waited when its kind was detached. */
export type State = "none" | "waiting" | "deferred" | "reserved" | "running" | "DEAD" | "SUCCESS" | "off";

/** How an attempt ends. */
export type End = "succeed" | "fail" | "fail finally" | "interrupt" | "defer" | "die";

interface Request {
  state: State;
  row: boolean;
  /** Why a running one is not retried. */
  canceled: "" | "canceled" | "detached";
  /** It belongs to a deleted row: the same key is a new request. */
  old: boolean;
  /** It has a new row, which a poll enqueues once the running attempt on the previous one has ended. */
  again: boolean;
  /** It is DEAD because a Job worked on it under this key when that was changed; 0: it is not. */
  ranAs: number;
}

const QUEUED: readonly State[] = ["waiting", "deferred", "reserved", "running"];

/** One kind and its table, as docs/operations.md describes them. Each call returns whether it is accepted. */
export class OperatorModel {
  readonly requests: Request[];
  #attached = true;
  #paused = false;

  constructor(count: number) {
    this.requests = Array.from({ length: count }, () => ({
      state: "none",
      row: false,
      canceled: "",
      old: false,
      again: false,
      ranAs: 0,
    }));
  }

  at(id: number): Request {
    return this.requests[id - 1] as Request;
  }

  ids(...states: State[]): number[] {
    return this.requests.flatMap(({ state }, index) => (states.includes(state) ? [index + 1] : []));
  }

  insert(id: number): boolean {
    const request = this.at(id);
    if (request.row) return false;
    request.row = true;
    if (this.#attached && request.state === "running") {
      request.again = true;
      request.canceled = "canceled";
      return true;
    }
    // The queue does not know of a row that was deleted while the kind was detached.
    const ended = (request.state === "DEAD" || request.state === "SUCCESS") && !request.old;
    if (this.#attached && !ended) this.#wait(request);
    return true;
  }

  delete(id: number): void {
    const request = this.at(id);
    if (!request.row) return;
    request.row = false;
    if (this.#attached) this.#loseRow(request);
  }

  /** Changes a row's primary key. */
  rekey(id: number, to: number): boolean {
    const [from, target] = [this.at(id), this.at(to)];
    if (!from.row) return true;
    if (target.row || (this.#attached && target.state === "running")) return false;
    from.row = false;
    target.row = true;
    if (!this.#attached) return true;
    const ranAs = from.state === "running" && !from.again ? id : from.ranAs;
    // Changed back, it shows how that attempt ended.
    const succeeded = ranAs === to && target.state === "SUCCESS";
    const state = from.again ? "waiting" : succeeded ? "SUCCESS" : ranAs === 0 ? from.state : "DEAD";
    Object.assign(target, { state, old: false, ranAs: state === "DEAD" ? ranAs : 0 });
    this.#loseRow(from);
    return true;
  }

  truncate(): void {
    for (const request of this.requests) {
      request.row = false;
      if (this.#attached) this.#loseRow(request);
    }
  }

  /** Whether waiting requests are claimed. */
  get runs(): boolean {
    return this.#attached && !this.#paused;
  }

  /** The requests of which one may be claimed. */
  claimable(): number[] {
    return this.runs ? this.ids("waiting") : [];
  }

  end(id: number, how: End): void {
    const request = this.at(id);
    if (how === "succeed") request.state = "SUCCESS";
    else if (how === "fail finally" || request.canceled !== "") request.state = "DEAD";
    else request.state = ({ fail: "reserved", interrupt: "waiting", defer: "deferred", die: "waiting" } as const)[how];
    request.canceled = "";
  }

  cancel(id: number): boolean {
    const request = this.at(id);
    if (request.again && request.state !== "running") this.#wait(request);
    if (!QUEUED.includes(request.state)) return false;
    if (request.state === "running") {
      request.canceled = "canceled";
    } else request.state = "DEAD";
    return true;
  }

  /** Null: refused. */
  retry(id: number): boolean | null {
    const request = this.at(id);
    if (!this.#attached) return null;
    if (request.state === "waiting") return false;
    if (request.state !== "deferred" && (request.state !== "DEAD" || !request.row)) return null;
    this.#wait(request);
    return true;
  }

  pause(): boolean {
    this.#paused ||= this.#attached;
    return this.#attached;
  }

  resume(): boolean {
    const paused = this.#paused;
    this.#paused = false;
    return paused;
  }

  purge(): void {
    for (const request of this.requests) {
      if (request.state !== "SUCCESS" && request.state !== "DEAD") continue;
      if (request.row && request.old) continue;
      Object.assign(request, { state: "none", row: false, old: false });
    }
  }

  detach(): void {
    this.#attached = false;
    for (const request of this.requests) {
      if (request.state === "running") request.canceled ||= "detached";
      else if (QUEUED.includes(request.state)) request.state = "off";
    }
  }

  attach(): void {
    this.#attached = true;
    for (const request of this.requests) {
      if (request.canceled === "detached") request.canceled = "";
      if (!request.row && request.state === "running") this.#loseRow(request);
      if (request.row && (request.state === "none" || request.state === "off" || request.old)) {
        if (request.state !== "running") this.#wait(request);
        else if (request.old) request.again = true;
      }
    }
  }

  /** KEDA polls: rows whose previous attempt has ended are requests. */
  poll(): void {
    if (!this.#attached) return;
    for (const request of this.requests) if (request.again && request.state !== "running") this.#wait(request);
  }

  /** Reservations and deferrals end. */
  passTime(): void {
    this.poll();
    for (const id of this.ids("reserved", "deferred")) this.at(id).state = "waiting";
  }

  #wait(request: Request): void {
    Object.assign(request, { state: "waiting", old: false, again: false, ranAs: 0 });
  }

  #loseRow(request: Request): void {
    if (request.state === "running") request.canceled = "canceled";
    else if (QUEUED.includes(request.state)) request.state = "none";
    Object.assign(request, { old: true, again: false, ranAs: 0 });
  }
}
