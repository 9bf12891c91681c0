/** Waiting without guessing: presence is polled until it is there, absence is held for a fixed time. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface EventuallyOptions {
  /** Longest wait in milliseconds; 60 s unless given. */
  timeout?: number;
  /** Milliseconds between two looks; 20 unless given. */
  every?: number;
  /** More for the failure's message: a screen, a log. */
  describe?: () => string | Promise<string>;
}

/**
 * Reads until the value satisfies the predicate, and returns that value.
 * A `read` that throws counts as "not yet"; on time-out the last value (or the last error) is in the message.
 */
export async function eventually<T>(
  read: () => T | Promise<T>,
  predicate: (value: T) => boolean,
  options: EventuallyOptions = {},
): Promise<T> {
  const timeout = options.timeout ?? 60_000;
  const deadline = performance.now() + timeout;
  let last: string;
  let cause: unknown;
  for (;;) {
    const start = performance.now();
    try {
      const value = await read();
      if (predicate(value)) return value;
      last = `last value: ${show(value)}`;
      cause = undefined;
    } catch (error) {
      last = `last error: ${error instanceof Error ? error.message : String(error)}`;
      cause = error;
    }
    if (performance.now() >= deadline) break;
    await rest(start, options.every);
  }
  const more = options.describe === undefined ? '' : `\n${await describeSafely(options.describe)}`;
  throw new Error(`not so after ${timeout} ms: ${predicate.toString()}\n${last}${more}`, { cause });
}

/** Three times as long as the look that began at `start` took: a look is often a process, and many who wait would starve those at work. */
function rest(start: number, every = 20): Promise<void> {
  return delay(Math.max(every, 3 * (performance.now() - start)));
}

/** Reads for `ms` milliseconds and fails at the first value that does not satisfy the predicate; a throw fails too. */
export async function holds<T>(
  read: () => T | Promise<T>,
  predicate: (value: T) => boolean,
  ms = 500,
): Promise<void> {
  const start = performance.now();
  for (;;) {
    const looked = performance.now();
    const value = await read();
    const elapsed = performance.now() - start;
    if (!predicate(value))
      throw new Error(
        `did not hold after ${Math.round(elapsed)} ms: ${predicate.toString()}\nvalue: ${show(value)}`,
      );
    if (elapsed >= ms) return;
    await rest(looked);
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `\n${value}` : inspect(value, { depth: 6, maxStringLength: 4000 });
}

async function describeSafely(describe: () => string | Promise<string>): Promise<string> {
  try {
    return await describe();
  } catch (error) {
    return `(no description: ${error instanceof Error ? error.message : String(error)})`;
  }
}
