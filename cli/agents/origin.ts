/** Sightings with the place they come from: a hook's report, or a line of an appended file. Pure. */
import type { Observation, Sighting } from '../domain/observation.js';
import type { Line } from './lines.js';

/** What a hook told; `whose`: `claude's Stop hook`. */
export function seenByHook(
  sightings: readonly Sighting[],
  whose: string,
  { at, position }: { at: number; position: number | null },
): Observation[] {
  return sightings.map(sighting => ({ ...sighting, source: 'hook', position, at, by: whose }));
}

/**
 * What a line shows, each with a place of its own within the line, the last one the line's end. `at`: the time of the line, in
 * milliseconds since the epoch; `whose`: `codex's rollout`.
 */
export function seenInLine(
  sightings: readonly Sighting[],
  line: Line,
  { source, at, whose }: { source: string; at: number; whose: string },
): Observation[] {
  return sightings.map((sighting, index) => ({
    ...sighting,
    source,
    position: line.end - (sightings.length - 1 - index),
    at,
    by: whose,
  }));
}
