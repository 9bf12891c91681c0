/** Reading values of unknown shape: what another program wrote is never trusted to have the shape we saw. Pure. */

export type JsonRecord = Record<string, unknown>;

/** The value as a record; anything else (null, arrays too) as an empty one. */
export function asRecord(value: unknown): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

/** The value as a list; anything else as an empty one. */
export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** null for anything else. */
export function asString(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** null for anything else, and for what is not finite. */
export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
