/** What codex does to text on its way in, and how to see through it. Pure. Facts of codex-cli 0.169.0. */

/** What the composer shows in place of a long paste. */
const PASTE_PLACEHOLDER = /^\[Pasted Content (\d+) chars\]$/;

/** Codex counted 3 characters more than there were in a paste of 75,017. */
const COUNTED_BESIDE = 8;

/** What a hook feeds back into a turn stands in this element. */
const HOOK_PROMPT = /^\s*<hook_prompt\b/;

/** Longest first prompt in bytes: an argument may have 128 KiB on Linux. */
const FIRST_PROMPT_LIMIT = 100_000;
/** Codex takes no longer message, in characters. */
const PROMPT_LIMIT = 1_048_576;

/** Did the text come from a hook, and not from anyone who writes prompts? */
export function isHookPrompt(text: string): boolean {
  return HOOK_PROMPT.test(text);
}

/** Does this prompt consist of events that were handed in? */
export function isOwnPrompt(text: string): boolean {
  return text.trimStart().startsWith('<actor-event ');
}

/** The bytes to paste. `/` and `!` first would be commands; after one space they are text, and codex trims the space. */
export function submission(prompt: string): { paste: string } | { refuse: string } {
  const text = prompt.trim();
  if (text === '') return { refuse: 'codex does not take an empty prompt' };
  if (text.length > PROMPT_LIMIT)
    return { refuse: `codex takes at most ${PROMPT_LIMIT} characters, and this prompt has ${text.length}` };
  return { paste: /^[/!]/.test(text) ? ` ${text}` : prompt };
}

/** May this text be an argument of `codex`? */
export function fitsArgument(prompt: string): boolean {
  const text = prompt.trimStart();
  return (
    text !== '' &&
    !/^[/!]/.test(text) &&
    !prompt.includes('\0') &&
    Buffer.byteLength(prompt) <= FIRST_PROMPT_LIMIT
  );
}

/** Is `seen` (from a hook, the rollout or the composer) the prompt that was sent? Codex trims it. */
export function samePrompt(sent: string, seen: string): boolean {
  const placeholder = PASTE_PLACEHOLDER.exec(seen.trim());
  const own = normalise(sent);
  if (placeholder) return Math.abs([...own].length - Number(placeholder[1])) <= COUNTED_BESIDE;
  return own === normalise(seen);
}

function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').trim();
}
