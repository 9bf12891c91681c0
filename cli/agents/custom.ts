/**
 * A kind of agent that needs no code: what the settings say of it (contract §8), as an agent. Most of what such a program
 * does is unknown. What is guessed (that a prompt was taken; by its title or its silence, that a turn is over) says so.
 */
import type { CustomAgent } from '../domain/definition.js';
import type { Sighting } from '../domain/observation.js';
import type { Agent, LaunchPlan, LaunchRequest, PaneFacts, ScreenReading } from './agent.js';
import { parseJson } from './json.js';
import { seenByHook } from './origin.js';
import { plainText } from './plain-text.js';
import { type Row, toRows } from './rows.js';

/** A program that has not printed for this long, after its start or after it was interrupted, waits for its person, in milliseconds. */
const QUIET = 1500;
/**
 * Qwen Code 0.15 reads a paste and an Enter that come together, and sees the composer empty still when it comes to the Enter;
 * others take such an Enter for a part of the paste. In milliseconds.
 */
const ENTER_AFTER = 300;
/** A title of the turn before is not taken for one of this turn's end, in milliseconds. */
const TITLE_PATIENCE = 2000;
/** Longest first prompt in bytes: an argument may have 128 KiB on Linux. */
const FIRST_PROMPT_LIMIT = 100_000;
/** So many rows of the screen are the last message of a turn whose end is guessed. */
const MESSAGE_ROWS = 20;

/** The agent that these settings describe under this name. */
export function customAgent(kind: string, custom: CustomAgent): Agent {
  const { promptBy, turnEnd } = custom;
  const [program = '', ...args] = custom.command;
  return {
    kind,
    program,

    launchReads: () => [],
    launch: request => launchPlan(program, args, custom, request),
    takesFirstPrompt: prompt =>
      promptBy === 'argv' &&
      !/^[-/]|\0/.test(prompt) &&
      prompt.trim() !== '' &&
      Buffer.byteLength(prompt) <= FIRST_PROMPT_LIMIT,
    remembers: custom.resume !== null,

    hook: (event, payload, origin) =>
      seenByHook(
        said(event, typeof payload === 'string' ? plainText(payload) : null),
        `actor-event ${event}`,
        origin,
      ),
    tails: () => [],
    stateFile: () => null,
    state: () => [],
    screen: (text, pane, { composer }) => readScreen(text, pane, composer ?? null, custom),
    screenTells: turnEnd.by === 'hook' ? ['ready'] : ['ready', 'end'],
    assumesTaken: true,

    submission: prompt => submission(prompt, promptBy),
    plainPaste: promptBy === 'stdin',
    entersAfter: promptBy === 'stdin' ? 0 : ENTER_AFTER,
    check: null,
    samePrompt,
    interruptKeys: custom.interrupt,
    endedCleanly: end => end.status === 0,
    looksBeforePaste: true,
    doors: [],
  };
}

function launchPlan(
  program: string,
  args: string[],
  { resume, env, turnEnd }: CustomAgent,
  request: LaunchRequest,
): LaunchPlan {
  const { definition, places } = request;
  const own = { ACTOR_HOME: places.home, ACTOR_NAME: definition.name, ACTOR_LAUNCH: request.launch };
  const path = env.PATH ?? request.env.PATH ?? '';
  const flags = Object.entries(definition.config)
    .filter(([, value]) => value !== false)
    .flatMap(([key, value]) => (value === true ? [`--${key}`] : [`--${key}`, String(value)]));
  return {
    argv: [
      ...[program, ...args, ...flags],
      ...(request.resume ? (resume ?? []) : []),
      // Without `--`, which not every program knows: so one that begins with a dash is pasted.
      ...(request.prompt === null ? [] : [request.prompt]),
    ],
    env: { ...env, ...(turnEnd.by === 'hook' ? { PATH: `${places.hooks}/bin:${path}` } : {}), ...own },
    unset: [],
    files: [],
    conversation: null,
  };
}

function said(event: string, message: string | null): Sighting[] {
  switch (event) {
    case 'turn-begin':
      return [{ type: 'turn-began', prompt: message }];
    case 'turn-end':
      // Nobody has to say that a turn began.
      return [
        { type: 'turn-ended', outcome: 'completed', reason: null, message, untold: true, unbegun: true },
      ];
    case 'turn-fail':
      return [{ type: 'turn-ended', outcome: 'failed', reason: null, message, untold: true, unbegun: true }];
    case 'needs-input':
      return [{ type: 'waiting', for: 'question' }];
    default:
      return [];
  }
}

/** Programs of Qwen Code's family show a long paste as a placeholder. */
function samePrompt(sent: string, seen: string): boolean {
  const placeholder = /^\[Pasted Content (\d+) chars\]$/.exec(seen.trim());
  return placeholder ? sent.trim().length === Number(placeholder[1]) : sent.trim() === seen.trim();
}

function submission(
  prompt: string,
  promptBy: CustomAgent['promptBy'],
): { paste: string } | { refuse: string } {
  const text = prompt.trim();
  if (text === '') return { refuse: 'an empty prompt begins nothing' };
  // Qwen Code takes it for a command of its own, with a space or a line break before it as well.
  if (text.startsWith('/'))
    return {
      refuse:
        'this agent may take a prompt that begins with / for a command: put a word before it, or use --slash',
    };
  if (promptBy === 'stdin' && text.includes('\n'))
    return { refuse: 'this agent reads one line at a time (prompt-by "stdin"), and the prompt has several' };
  return { paste: text };
}

function readScreen(
  text: string,
  pane: PaneFacts,
  composer: string | null,
  { turnEnd }: CustomAgent,
): ScreenReading {
  const captured = toRows(text);
  const rows = captured.map(row => row.text.trimEnd());
  const cursor = findCursor(captured, pane);
  const nothing = { waitingFor: null, interrupted: false };
  // What has not drawn anything has not started; where there is no cursor nobody can type: a dialog, or a start.
  if (cursor === null || rows.every(row => row === '') || !isIdle(pane, turnEnd))
    return { ...nothing, state: 'busy', draft: null };
  const shown = cursor === 'not drawn' ? null : JSON.stringify([cursor.column, rows[cursor.row] ?? '']);
  const draft = shown === null ? null : draftIn(shown, composer);
  if (draft !== null) return { ...nothing, state: 'draft', draft };
  const message = rows
    .filter(row => row !== '')
    .slice(-MESSAGE_ROWS)
    .join('\n');
  return {
    ...nothing,
    state: 'composer',
    draft: null,
    ...(shown === null ? {} : { composer: shown }),
    end: { message, by: guess(turnEnd) },
  };
}

/**
 * Where what is typed would go. Programs that are drawn with Ink hide the terminal's cursor and leave it below everything;
 * theirs is an inverse character. A longer inverse text is a choice or a bar.
 */
function findCursor(rows: Row[], pane: PaneFacts): { column: number; row: number } | 'not drawn' | null {
  if (!pane.cursorHidden) return { column: pane.cursorX, row: pane.cursorY };
  for (let row = rows.length - 1; row >= 0; row--) {
    const { text, inverse, inverseEnd } = rows[row]!;
    if (inverseEnd && !inverse.includes(true)) return { column: text.length, row };
    const column = inverse.indexOf(true);
    if (column === -1) continue;
    const end = inverse.indexOf(false, column);
    // With a zero-width space beside it, where the draft ends.
    const drawn = text.slice(column, end === -1 ? undefined : end).replace(/\u200b/g, '');
    if ([...drawn].length === 1) return { column, row };
  }
  // Without the focus Qwen Code draws no cursor at all: then nothing tells whether a person has begun to type.
  return rows.some(({ inverse }) => inverse.includes(true)) ? null : 'not drawn';
}

function isIdle({ since, title }: PaneFacts, turnEnd: CustomAgent['turnEnd']): boolean {
  const { output, turn } = since ?? { output: Number.POSITIVE_INFINITY, turn: null };
  // No turn is open: it is asked whether the program has started, and whether a prompt may be put in.
  if (turn === null) return output >= QUIET;
  // Asked only of a turn that was interrupted or whose prompt may not have been entered: its end comes by the hook.
  if (turnEnd.by === 'hook') return Math.min(output, turn) >= QUIET;
  if (turnEnd.by === 'silence') return Math.min(output, turn) >= turnEnd.seconds * 1000;
  return turnEnd.by === 'title' && turn >= TITLE_PATIENCE && new RegExp(turnEnd.pattern, 'u').test(title);
}

/**
 * Has a person begun to type? Known from the cursor and its row, against those of the last time when the program was idle: a
 * draft changes both, a suggestion that changes only the row, a redraw at most one of them.
 */
function draftIn(shown: string, composer: string | null): string | null {
  const known = composer === null ? undefined : parseJson(composer);
  if (!Array.isArray(known)) return null;
  const [column, row] = JSON.parse(shown) as [number, string];
  const [knownColumn, knownRow] = known;
  if (column === knownColumn || row === knownRow) return null;
  // Without what stands before each composer's first character, and the side of its frame.
  const mark = String(knownRow).slice(0, Number(knownColumn));
  return (row.startsWith(mark) ? row.slice(mark.length) : row).replace(/\s*[│┃]$|\u200b/gu, '').trim();
}

function guess(turnEnd: CustomAgent['turnEnd']): string {
  if (turnEnd.by === 'silence') return `${turnEnd.seconds} s without output (a guess)`;
  return turnEnd.by === 'title' ? 'its title (a guess)' : 'the screen (a guess)';
}
