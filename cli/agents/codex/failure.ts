/** Why a turn failed, in actor's words. Pure. */
import { asNumber, asRecord, asString, type JsonRecord, parseJson } from '../json.js';

const BY_NAME: Record<string, string> = {
  usage_limit_exceeded: 'rate_limit',
  rate_limit_exceeded: 'rate_limit',
  session_budget_exceeded: 'billing',
  unauthorized: 'authentication',
  bad_request: 'invalid_request',
  model_not_found: 'invalid_request',
  context_window_exceeded: 'invalid_request',
  server_overloaded: 'overloaded',
  internal_server_error: 'server_error',
};

/**
 * The reason of a failed turn from the rollout's `codex_error_info` (a name, or a record whose one key is the name and
 * whose value may have `http_status_code`) and the message that codex shows.
 */
export function failureReason(info: unknown, message: string | null): string {
  const record = asRecord(info);
  const name = typeof info === 'string' ? info : Object.keys(record)[0];
  const named = name === undefined ? undefined : BY_NAME[name];
  if (named) return named;
  const status =
    asNumber(asRecord(record[name ?? '']).http_status_code) ??
    Number(/\bstatus:? (\d{3})\b/i.exec(message ?? '')?.[1] ?? 0);
  if (status === 503 || status === 529 || /\boverloaded\b/i.test(message ?? '')) return 'overloaded';
  if (status >= 500) return 'server_error';
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 403) return 'authentication';
  if (status >= 400) return 'invalid_request';
  const type = asString(answerOf(message).type) ?? '';
  if (/invalid_request/.test(type)) return 'invalid_request';
  // The stream was cut, or nobody answered.
  return /stream|connect|network/i.test(`${name} ${message}`) ? 'server_error' : 'unknown';
}

/** What the API said, where codex shows its whole answer: `{"error":{"message":"…"}}`. */
export function failureMessage(message: string | null): string | null {
  return asString(answerOf(message).message) ?? message;
}

function answerOf(message: string | null): JsonRecord {
  return message?.startsWith('{') ? asRecord(asRecord(parseJson(message)).error) : {};
}
