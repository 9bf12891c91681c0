/**
 * A prompt from wherever it comes, checked where its raw bytes are still at hand: valid UTF-8, at most 1 MiB, CRLF made LF,
 * no other control characters than tab and newline.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { UsageFailure } from './errors.js';
import type { Io } from './io.js';

/** The longest prompt in bytes of UTF-8. */
export const PROMPT_LIMIT = 1024 * 1024;

/** So much of stdin is read: a prompt of line ends alone may be twice as long there, as CRLF. */
const INPUT_LIMIT = 2 * PROMPT_LIMIT + 1;

/** What was typed of the prompt. */
export interface PromptSource {
  /** The positional. */
  positional: string | null;
  /** `-p`. */
  option: string | null;
  /** Read stdin when nothing was typed and it is no terminal? */
  fallsBackToInput: boolean;
}

/**
 * The prompt, or null where none was given. `-` reads stdin.
 * @throws UsageFailure when it is given twice, or no prompt as it must be.
 */
export async function readPrompt(source: PromptSource, io: Io): Promise<string | null> {
  if (source.positional !== null && source.option !== null)
    throw new UsageFailure('the prompt was given twice: as an argument and with -p');
  const typed = source.positional ?? source.option;
  if (typed !== null && typed !== '-') return checkedPrompt(fromArgument(typed));
  if (typed === '-') return checkedPrompt(fromBytes(await io.readInput(INPUT_LIMIT)));
  if (!source.fallsBackToInput || io.inputIsTerminal) return null;
  const bytes = await io.readInput(INPUT_LIMIT);
  return bytes.length === 0 ? null : checkedPrompt(fromBytes(bytes));
}

/** The prompt with LF line ends. @throws UsageFailure when it is empty, too long, or holds control characters. */
export function checkedPrompt(text: string): string {
  const prompt = text.replaceAll('\r\n', '\n');
  if (prompt.trim() === '') throw new UsageFailure('the prompt is empty');
  if (Buffer.byteLength(prompt) > PROMPT_LIMIT) throw tooLong();
  const control = /[^\P{Cc}\t\n]/u.exec(prompt);
  if (control) {
    const code = control[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const line = prompt.slice(0, control.index).split('\n').length;
    throw new UsageFailure(`the prompt has a control character (U+${code}) in line ${line}`);
  }
  return prompt;
}

function tooLong(): UsageFailure {
  return new UsageFailure(
    `the prompt is longer than ${PROMPT_LIMIT} bytes`,
    'put it into a file, and let the prompt name the file',
  );
}

function fromBytes(bytes: Uint8Array): string {
  // It may be cut, in the middle of a character.
  if (bytes.length >= INPUT_LIMIT) throw tooLong();
  if (!isUtf8(bytes)) throw new UsageFailure('the prompt is not valid UTF-8');
  return Buffer.from(bytes).toString('utf8');
}

/**
 * Node has already decoded the arguments, with U+FFFD for every byte that is no UTF-8; the bytes themselves are in
 * /proc/self/cmdline (Linux). Where that is not to be had, U+FFFD is taken as typed.
 */
function fromArgument(text: string): string {
  if (!text.includes('\uFFFD')) return text;
  let commandLine: Uint8Array;
  try {
    commandLine = readFileSync('/proc/self/cmdline');
  } catch {
    return text;
  }
  if (!isUtf8(commandLine)) throw new UsageFailure('the prompt is not valid UTF-8');
  return text;
}
