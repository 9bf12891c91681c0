/** Durations as people type them, and ages as people read them. */
import { UsageFailure } from './errors.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Timers hold no more than 2^31 - 1 milliseconds (24.8 days). */
const LONGEST = 2_147_483_647;

/**
 * Milliseconds of `500ms`, `5s`, `1.5m`, `1h`; a bare number is seconds. `what` names the option in the error.
 * @throws UsageFailure for anything else.
 */
export function parseDuration(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text.trim());
  if (!match) throw new UsageFailure(`${what} is no duration: ${text}`, `write it as 500ms, 5s, 2m or 1h`);
  const milliseconds = Math.round(Number(match[1]) * UNITS[match[2] ?? 's']!);
  if (milliseconds > LONGEST) throw new UsageFailure(`${what} is too long: ${text}`, 'the longest is 596h');
  return milliseconds;
}

/** `0s`, `42s`, `2m13s`, `1h04m`, `3d07h`: two units, always of the same width once there are two. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3600) % 24)}h`;
}

/** How long ago an ISO time is, as {@link formatDuration} writes it. `now` in milliseconds since the epoch. */
export function formatAge(time: string, now: number): string {
  return formatDuration(now - Date.parse(time));
}

/** An ISO time as the clock of this machine shows it: `07:12:03`, with the date when it is another day's. */
export function formatClock(time: string, now: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}
