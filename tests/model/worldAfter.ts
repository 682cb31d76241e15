import { checkState } from "./checks.ts";
import { type Event, happen } from "./history.ts";
import type { Rules } from "./rules.ts";
import type { ModelSettings } from "./settings.ts";
import { World } from "./world.ts";

/** What this process has looked at so far. */
export const lookedAt = { runs: 0, states: 0 };

/** The world after a history, its state checked after every event. */
export function worldAfter(
  rules: Rules,
  settings: ModelSettings,
  history: readonly Event[],
  look?: (world: World, event: Event) => void,
): World {
  const world = new World(settings, { rules });
  const all = [settings];
  lookedAt.runs++;
  for (const event of history) {
    if (event[0] === "rollout") all.push(event[1]);
    happen(world, event);
    lookedAt.states++;
    checkState(world, all);
    look?.(world, event);
  }
  return world;
}
