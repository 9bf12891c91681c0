/**
 * Claude's transcript, `<config folder>/projects/<folder>/<conversation>.jsonl`: one JSON object a line, only ever
 * appended to, most kinds of line undocumented. Alone it tells every turn with its outcome; what it tells late is an Esc
 * before any output, which shows only when the next prompt takes the place of the one taken back. Facts of Claude Code 2.1.330.
 */
import type { Observation, Sighting } from '../../domain/observation.js';
import type { TailReader } from '../agent.js';
import { asRecord, asString, parseJson } from '../json.js';
import { type Line, lineFramer } from '../lines.js';
import { seenInLine } from '../origin.js';
import { turnReader } from './turns.js';

/** A line may hold a tool's whole output or an image. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Lines of these types hold nothing for us, and some are 100 KB long and written at each request: not worth a parse. */
const NOISE =
  /^\{"type":"(?:api-request|file-history|last-prompt|custom-title|agent-name|mode|permission-mode)/;

/** How long before a prompt the turn ended that this prompt shows to be over, in milliseconds: long for clocks, short for people. */
const BEFORE_NEXT_PROMPT = 50;

/** A reader of the transcript from `offset`; `source` is the name of the tail. */
export function transcriptReader(source: string, offset: number): TailReader {
  const framer = lineFramer(offset, LONGEST_LINE);
  const turns = turnReader();
  let latest = 0;
  return {
    push(bytes, now) {
      return framer.push(bytes).flatMap(line => {
        const entry = NOISE.test(line.text) ? undefined : parseJson(line.text);
        if (entry === undefined) return [];
        const { type, timestamp } = asRecord(entry);
        const written = Date.parse(asString(timestamp) ?? '') || (latest === 0 ? now : latest);
        // What joined a turn bears the time at which it was queued; it joined after the line before it.
        const at = type === 'attachment' ? Math.max(latest, written) : written;
        latest = at;
        return placed(turns(asRecord(entry)), line, source, at);
      });
    },
  };
}

/** A turn whose end only the next prompt in its line shows was over before that. */
function placed(sightings: Sighting[], line: Line, source: string, at: number): Observation[] {
  return seenInLine(sightings, line, { source, at, whose: "claude's transcript" }).map(
    (observation, index) =>
      observation.type === 'turn-ended' && index < sightings.length - 1
        ? { ...observation, at: at - BEFORE_NEXT_PROMPT }
        : observation,
  );
}
