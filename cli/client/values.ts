/** Values of a configuration as people type them: text as it is; `#true`, `#false`, `#null` and numbers as in KDL 2. Pure. */
import type { ConfigEntry } from '../protocol.js';
import { UsageFailure } from './errors.js';

type Value = ConfigEntry['value'];

const KEYWORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['#true', true],
  ['#false', false],
  ['#null', null],
]);
const NUMBER =
  /^[+-]?(?:0x[\da-fA-F][\da-fA-F_]*|0o[0-7][0-7_]*|0b[01][01_]*|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?)$/;

/** A value and its key. */
export interface Assignment {
  key: string;
  /** null: the key is removed, or an inherited value cancelled. */
  value: Value | null;
}

/**
 * `KEY=VALUE`; null when there is no `=` behind a key. Text in double quotes is text whatever it looks like.
 * @throws UsageFailure for a value that begins like a keyword and is none
 */
export function parseAssignment(word: string): Assignment | null {
  const split = word.indexOf('=');
  if (split < 1) return null;
  const key = word.slice(0, split);
  return { key, value: parseValue(key, word.slice(split + 1)) };
}

/** The assignments as an object. @throws UsageFailure when one key has two values; `what` is written before it */
export function valuesByKey(assignments: readonly Assignment[], what: string): Record<string, Value | null> {
  const values = new Map<string, Value | null>();
  for (const { key, value } of assignments) {
    if (values.has(key)) throw new UsageFailure(`${what}${key} was given twice`);
    values.set(key, value);
  }
  return Object.fromEntries(values);
}

/** A value as {@link parseAssignment} reads it. */
export function writeValue(value: Value): string {
  if (typeof value !== 'string') return typeof value === 'boolean' ? `#${value}` : String(value);
  return value.startsWith('#') || value !== readValue(value) ? `"${value}"` : value;
}

function parseValue(key: string, text: string): Value | null {
  const value = readValue(text);
  if (typeof value === 'string' && text.startsWith('#'))
    throw new UsageFailure(
      `${key} cannot be ${text}: behind # stands true, false or null`,
      `as text in quotes: '${key}="${text}"'`,
    );
  return value;
}

function readValue(text: string): Value | null {
  const keyword = KEYWORDS.get(text);
  if (keyword !== undefined) return keyword;
  if (/^".*"$/s.test(text)) return text.slice(1, -1);
  return NUMBER.test(text) ? (exactNumber(text) ?? text) : text;
}

/** null when it is too large to be kept exactly: a long id is better kept as text. */
function exactNumber(text: string): number | null {
  const plain = text.replaceAll('_', '').replace(/^\+/, '');
  const digits = plain.replace(/^-/, '');
  const value = plain === digits ? Number(digits) : -Number(digits);
  const isInteger = /^0[xob]|^\d+$/.test(digits);
  return (isInteger ? Number.isSafeInteger(value) : Number.isFinite(value)) ? value : null;
}
