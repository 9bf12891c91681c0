/**
 * Claude's transcript, `<config folder>/projects/<folder>/<conversation>.jsonl`: one JSON object a line, only ever
 * appended to, most kinds of line undocumented. Alone it tells every turn with its outcome; what it tells late is an Esc
 * before any output, which shows only when the next prompt takes the place of the one taken back. Facts of Claude Code 2.1.330.
 */
import type { Observation, Sighting } from '../../domain/observation.js';
import type { TailReader } from '../agent.js';
import { asRecord, asString, parseJson } from './json.js';
import { type Line, lineFramer } from './lines.js';
import { turnReader } from './turns.js';

/** A line may hold a tool's whole output or an image. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Lines of these types hold nothing for us, and some are 100 KB long and written at each request: not worth a parse. */
const NOISE =
  /^\{"type":"(?:api-request|file-history|last-prompt|custom-title|agent-name|mode|permission-mode)/;

/** A reader of the transcript from `offset`; `source` is the name of the tail, `by` in `show` is "claude's transcript". */
export function transcriptReader(source: string, offset: number): TailReader {
  const framer = lineFramer(offset, LONGEST_LINE);
  const turns = turnReader();
  let latest = 0;
  return {
    push(bytes, now) {
      return framer.push(bytes).flatMap(line => {
        const record = NOISE.test(line.text) ? undefined : parseJson(line.text);
        if (record === undefined) return [];
        const entry = asRecord(record);
        // A message that waited in the queue bears the time at which it was queued: later lines never happened earlier.
        latest = Math.max(latest, Date.parse(asString(entry.timestamp) ?? '') || (latest === 0 ? now : 0));
        return placed(turns(entry), line, source, latest);
      });
    },
  };
}

/** Gives each observation of a line a place of its own within the line, the last one the line's end. */
function placed(sightings: Sighting[], line: Line, source: string, at: number): Observation[] {
  return sightings.map((sighting, index) => ({
    ...sighting,
    source,
    position: line.end - (sightings.length - 1 - index),
    at,
    by: "claude's transcript",
  }));
}
