/** A question to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Io } from './io.js';

/** Asks on stderr; yes only for `y` or `yes`, whatever else is typed, or the end of the input, is no. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin });
  io.error(question);
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
  }
}
