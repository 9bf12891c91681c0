/** Prompts that wait, or were dropped, and what became of one that was sent. */
import { renderTable } from '../client/table.js';
import { oneLine, visible } from '../client/width.js';
import type { QueuedPrompt } from '../protocol.js';

/** A line each, cut to `width` columns (null: not cut). */
export function queueLines(prompts: readonly QueuedPrompt[], width: number | null): string[] {
  return renderTable(
    prompts.map(({ id, prompt, held }) => [
      { text: id },
      { text: held ? 'held' : '' },
      { text: oneLine(prompt) },
    ]),
    width,
  );
}

/** Dropped prompts whole, since this is the last that is seen of them: the id, then the text, indented. */
export function promptLines(prompts: readonly QueuedPrompt[]): string[] {
  return prompts.map(({ id, prompt }) => `${id}  ${visible(prompt).trimEnd().replaceAll('\n', '\n    ')}`);
}

/** `submitted`, `queued (2 ahead)`; without a prompt of its own it only let the session go on. */
export function submissionLine(prompt: string | null, state: 'submitted' | 'queued', ahead: number): string {
  if (prompt === null) return 'resumed';
  return state === 'submitted' ? 'submitted' : ahead > 0 ? `queued (${ahead} ahead)` : 'queued';
}
