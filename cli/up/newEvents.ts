import { eventTime, type KubernetesEvent } from "./kubernetesObject.ts";

/**
 * Tells the events of this deployment from those of earlier ones. Compares only times of the cluster's clock, which may differ from this
 * machine's.
 */
export class NewEvents {
  readonly #earlierMs = new Map<string, number>();

  /**
   * Those of a namespace's events that are later than all at its first observation. A controller whose attempts fail repeats its event,
   * with a later time.
   */
  select(namespace: string, events: readonly KubernetesEvent[]): KubernetesEvent[] {
    const earlierMs = this.#earlierMs.get(namespace) ?? Math.max(Number.NEGATIVE_INFINITY, ...events.map(eventTime));
    this.#earlierMs.set(namespace, earlierMs);
    return events.filter((event) => eventTime(event) > earlierMs);
  }
}
