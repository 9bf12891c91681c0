/** What the world remembers of what is over, and for how long. */
import type { World } from '../world.js';

/** How many requests, and ends of prompts, are remembered: a client that lost its daemon asks again within seconds. */
const REQUEST_MEMORY = 2000;

/** Remembers what came of a request. `prompt`: the id of the prompt that it sent, if it did. */
export function rememberRequest(world: World, key: string, session: string, prompt: string | null): void {
  world.requests.set(key, { session, prompt });
  forgetOldest(world.requests);
}

/** Remembers with which event these prompts ended. */
export function rememberEnds(world: World, prompts: readonly string[], event: number): void {
  for (const prompt of prompts) world.ends.set(prompt, event);
  forgetOldest(world.ends);
}

function forgetOldest(memory: Map<string, unknown>): void {
  if (memory.size <= REQUEST_MEMORY) return;
  for (const old of [...memory.keys()].slice(0, REQUEST_MEMORY / 2)) memory.delete(old);
}
