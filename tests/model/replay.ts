import { checkState } from "./checks.ts";
import { apply, type Event } from "./history.ts";
import type { Rules } from "./rules.ts";
import type { Delays, ModelSettings } from "./settings.ts";
import { Simulation } from "./simulation.ts";

/** How many histories this process has replayed so far, and how many states it has checked. */
export const explored = { runs: 0, states: 0 };

/** The simulation after a history, with its state checked after every event. */
export function replay(
  { rules, settings, delays = {} }: { rules: Rules; settings: ModelSettings; delays?: Partial<Delays> },
  history: readonly Event[],
): Simulation {
  const simulation = new Simulation(settings, { rules, delays });
  const all = [settings];
  explored.runs++;
  for (const event of history) {
    if (event[0] === "rollout") all.push(event[1]);
    apply(simulation, event);
    explored.states++;
    checkState(simulation, all);
  }
  return simulation;
}
