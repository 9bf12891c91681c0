/** What Claude Code does to text on its way in, and how to see through it. Pure. Facts of Claude Code 2.1.330. */

/**
 * A bracketed paste of four lines or more, or of more than 800 characters, reaches the model (and the hooks) inside
 * this element, with blank lines around it.
 */
const PASTED = /\n*<pasted_content id="[^"]*">\n([\s\S]*?)\n<\/pasted_content id="[^"]*">\n?/g;

/** What the composer shows in place of a long paste. */
const PASTE_PLACEHOLDER = /^\[Pasted text #\d+(?: \+(\d+) lines)?\]$/;

const PEER_OPENING = /^Another Claude session sent a message(?: while you were working)?:\n/;
const PEER_CLOSING = /\n\nThis came from another Claude session — [\s\S]*$/;

/** How claude begins the prompt of a turn that a finished background task started. */
const TASK_NOTIFICATION = '<task-notification>';

/** A paste with this many line breaks is taken as text, whatever its first character. */
const NEWLINES_OF_A_WRAPPED_PASTE = 3;

/** Longest first prompt in bytes: an argument may have 128 KiB on Linux, and some of that belongs to others. */
const FIRST_PROMPT_LIMIT = 100_000;

/** The prompt as it was sent: without the element around pasted text, and without what surrounds a peer's message. */
export function unwrap(prompt: string): string {
  const bare = PEER_OPENING.test(prompt)
    ? prompt.replace(PEER_OPENING, '').replace(PEER_CLOSING, '')
    : prompt;
  return bare.replace(PASTED, '$1');
}

/** Was this prompt written by claude itself, or does it consist of events that were handed in? */
export function isOwnPrompt(prompt: string): boolean {
  const start = prompt.trimStart();
  return start.startsWith(TASK_NOTIFICATION) || start.startsWith('<actor-event ');
}

/**
 * The bytes to paste. A text that begins with `/`, even after white space, would be looked up as a command (` /clear` does
 * clear the conversation); as part of a paste of four lines it is text, so blank lines go before it. `!` first would
 * start shell mode; one space prevents that.
 */
export function submission(prompt: string): { paste: string } | { refuse: string } {
  const start = prompt.trimStart();
  if (start === '') return { refuse: 'claude does not take an empty prompt' };
  if (start.startsWith('/')) {
    const missing = NEWLINES_OF_A_WRAPPED_PASTE - (prompt.split('\n').length - 1);
    return { paste: '\n'.repeat(Math.max(0, missing)) + prompt };
  }
  return { paste: prompt.startsWith('!') ? ` ${prompt}` : prompt };
}

/** May this text be an argument of `claude`? There `!` and a leading `-` (after `--`) are text, but `/clear` is a command. */
export function fitsArgument(prompt: string): boolean {
  return (
    prompt.trim() !== '' &&
    !prompt.trimStart().startsWith('/') &&
    !prompt.includes('\0') &&
    Buffer.byteLength(prompt) <= FIRST_PROMPT_LIMIT
  );
}

/**
 * Is `seen` (from a hook, the transcript or the composer) the prompt that was sent? Claude trims the end, turns a tab into
 * four spaces, removes invisible characters, and its composer shows a long paste as a placeholder.
 */
export function samePrompt(sent: string, seen: string): boolean {
  const placeholder = PASTE_PLACEHOLDER.exec(seen.trim());
  if (placeholder)
    return Math.abs(lineBreaks(sent) - Number(placeholder[1] ?? 0)) <= NEWLINES_OF_A_WRAPPED_PASTE;
  return normalise(sent) === normalise(seen);
}

function normalise(text: string): string {
  return unwrap(text)
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/\p{Cf}/gu, '')
    .trim();
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
