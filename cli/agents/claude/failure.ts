/** Why a turn failed, in actor's words. Pure. */

const BY_NAME: Record<string, string> = {
  rate_limit: 'rate_limit',
  authentication_failed: 'authentication',
  oauth_org_not_allowed: 'authentication',
  billing_error: 'billing',
  invalid_request: 'invalid_request',
  model_not_found: 'invalid_request',
  max_output_tokens: 'max_output_tokens',
  overloaded: 'overloaded',
};

/**
 * The reason of a failed turn from what both the StopFailure hook and the transcript have: claude's name of the error
 * and the message that it shows. The status in the message decides where the name says little: claude calls a
 * status 400 `unknown` and a 529 `server_error`.
 */
export function failureReason(error: string | null, message: string | null): string {
  const named = error === null ? undefined : BY_NAME[error];
  if (named) return named;
  const status = Number(/\bAPI Error: (\d{3})\b/.exec(message ?? '')?.[1] ?? 0);
  if (status === 529 || /\boverloaded\b/i.test(message ?? '')) return 'overloaded';
  if (status >= 500 || error === 'server_error') return 'server_error';
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 403) return 'authentication';
  if (status >= 400) return 'invalid_request';
  return 'unknown';
}
