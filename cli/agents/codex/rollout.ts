/**
 * Codex's rollout, `$CODEX_HOME/sessions/<date>/rollout-<time>-<thread>.jsonl`: one JSON object a line, only ever appended to,
 * each line written within milliseconds. Not documented, but the one source that tells all three ends of a turn: hooks are
 * silent on an API's error. Facts of codex-cli 0.169.0. Pure.
 */
import type { Sighting } from '../../domain/observation.js';
import type { TailReader } from '../agent.js';
import { deliveryTokens } from '../delivered.js';
import { asArray, asNumber, asRecord, asString, type JsonRecord, parseJson } from '../json.js';
import { lineFramer } from '../lines.js';
import { seenInLine } from '../origin.js';
import { failureMessage, failureReason } from './failure.js';
import { isHookPrompt, isOwnPrompt } from './text.js';

/** A line may hold a tool's whole output or an image. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Lines that hold nothing for us; the first alone is 22 KB long. */
const NOISE =
  /^\{"timestamp":"[^"]*","ordinal":\d+,"type":"(?:session_meta|world_state|turn_context|token_usage_record)"/;

/** A reader of the rollout from `offset`; `source` is the name of the tail. */
export function rolloutReader(source: string, offset: number): TailReader {
  const framer = lineFramer(offset, LONGEST_LINE);
  const turns = turnReader();
  return {
    push(bytes, now) {
      return framer.push(bytes).flatMap(line => {
        const entry = NOISE.test(line.text) ? undefined : parseJson(line.text);
        if (entry === undefined) return [];
        const at = Date.parse(asString(asRecord(entry).timestamp) ?? '') || now;
        return seenInLine(turns(asRecord(entry)), line, { source, at, whose: "codex's rollout" });
      });
    },
  };
}

/** A reader that is given the parsed lines of one rollout in order. */
function turnReader(): (entry: JsonRecord) => Sighting[] {
  /** Turns that have begun and were given no prompt so far: a command that a person typed (`!ls`) never is. */
  const empty = new Set<string>();

  function event(payload: JsonRecord): Sighting[] {
    const turn = asString(payload.turn_id) ?? '';
    switch (payload.type) {
      case 'task_started':
        empty.add(turn);
        return [];
      case 'item_completed':
        return item(asRecord(payload.item), turn);
      case 'task_complete':
        return empty.delete(turn) ? [] : [ended(payload)];
      case 'turn_aborted':
        return empty.delete(turn)
          ? []
          : [{ type: 'turn-ended', outcome: 'stopped', reason: null, message: null }];
      default:
        return [];
    }
  }

  function item(value: JsonRecord, turn: string): Sighting[] {
    if (value.type !== 'UserMessage') return [];
    empty.delete(turn);
    const text = textOf(value.content);
    // What a hook feeds back belongs to the turn that it held up.
    if (isHookPrompt(text)) return seen(text);
    return [{ type: 'turn-began', prompt: text, ...(isOwnPrompt(text) ? { own: true } : {}) }, ...seen(text)];
  }

  return ({ type, payload }) => {
    const inner = asRecord(payload);
    if (type === 'event_msg') return event(inner);
    if (type !== 'response_item') return [];
    // A tool has answered: what it may have asked a person is over.
    if (/_output$/.test(asString(inner.type) ?? '')) return [{ type: 'resumed' }];
    // What hooks add comes as the developer's word.
    return inner.role === 'developer' ? seen(textOf(inner.content)) : [];
  };
}

function ended(payload: JsonRecord): Sighting {
  const durationMs = asNumber(payload.duration_ms);
  const message = asString(payload.last_agent_message);
  if (payload.error === undefined || payload.error === null)
    return { type: 'turn-ended', outcome: 'completed', reason: null, message, durationMs };
  const error = asRecord(payload.error);
  const said = asString(error.message);
  const reason = failureReason(error.codex_error_info, said);
  return {
    type: 'turn-ended',
    outcome: 'failed',
    reason,
    message: failureMessage(said) ?? message,
    durationMs,
  };
}

function textOf(content: unknown): string {
  return asArray(content)
    .map(block => asString(asRecord(block).text) ?? '')
    .join('\n');
}

function seen(text: string): Sighting[] {
  return deliveryTokens(text).map(token => ({ type: 'delivery-seen', token }));
}
