/** Whole numbers as option values. */
import { UsageFailure } from '../client/errors.js';

/** The number, or null when the option was not given. @throws UsageFailure when it is no whole number from 0. */
export function wholeNumber(text: string | null, option: string): number | null {
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw new UsageFailure(`${option} needs a whole number, not ${text}`);
  return Number(text);
}
