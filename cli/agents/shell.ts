/**
 * The agent that is built in: a real interactive bash. A prompt is a command line; the turn ends when the shell shows its
 * prompt again. Needs no account.
 */
import path from 'node:path';
import { shellWord } from '../domain/shell-word.js';
import type { Agent, AgentView, LaunchRequest, PaneFacts, ScreenReading } from './agent.js';
import { plainText } from './plain-text.js';
import { ShellOutputReader, turnEnd } from './shell/output.js';

/** Output is recorded in segments of this size, so that old ones can be deleted while a command runs on. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

export const shell: Agent = {
  kind: 'shell',
  program: 'bash',
  launchReads: () => [],
  launch({ places, folder }: LaunchRequest) {
    return {
      argv: ['bash', '--rcfile', path.join(places.hooks, 'shell.bashrc'), '-i'],
      env: {},
      unset: ['PROMPT_COMMAND', 'PS0', 'PS1'],
      files: [],
      conversation: null,
      pipe: recorder(path.join(places.hooks, 'record.pl'), path.join(folder, 'output.')),
    };
  },
  takesFirstPrompt: () => false,
  hook: () => [],
  tails: ({ folder, launch }: AgentView) => [
    {
      source: 'output',
      path: path.join(folder, 'output'),
      segmentBytes: SEGMENT_BYTES,
      reader: offset => new ShellOutputReader(launch, 'output', offset),
    },
  ],
  stateFile: () => null,
  state: () => [],
  screen,
  submission,
  // Only what would leave the shell at its continuation prompt, or is no shell language at all, fails here.
  check: ['bash', '-O', 'extglob', '-n'],
  samePrompt: () => true,
  interruptKeys: ['C-c'],
  endedCleanly: ({ signal }) => signal === null,
  outcomeOfExit: (status, output) => turnEnd(status, withoutFarewell(output)),
  looksBeforePaste: true,
  foreground: ['bash'],
  screenTells: [],
  doors: ['print'],
};

function submission(prompt: string): { paste: string } | { refuse: string } {
  if (prompt.trim() === '') return { refuse: 'an empty command line starts nothing' };
  // `bash -n` does not mind, but an interactive shell would wait for the next line for ever.
  const backslashes = /\\*$/.exec(prompt)?.[0].length ?? 0;
  if (backslashes % 2 === 1) return { refuse: 'the command line ends in a backslash: it continues nowhere' };
  return { paste: prompt };
}

/** An interactive bash says `exit` when it is told to. */
function withoutFarewell(output: string): string {
  return output.replace(/(^|\n)exit\s*$/, '$1');
}

/** A draft is whatever stands on the cursor's line that is not the prompt itself; bash does not tell by itself. */
function screen(text: string, pane: PaneFacts, { composer }: AgentView): ScreenReading {
  const nothing = { waitingFor: null, draft: null, interrupted: false };
  if (composer == null || pane.command !== 'bash') return { state: 'busy', ...nothing };
  const line = plainText(text.split('\n')[pane.cursorY] ?? '').trimEnd();
  const prompt = composer.trimEnd();
  // A prompt wider than the window wraps: then only its end stands on the cursor's line.
  const isEmpty = line === prompt || (composer.length >= pane.width && prompt.endsWith(line));
  return isEmpty
    ? { state: 'composer', ...nothing }
    : { state: 'draft', ...nothing, draft: line.slice(prompt.length) };
}

/**
 * Writes what it reads at once, and begins a new file at each full segment. The output is the person's own. Where there is no
 * perl, split(1) does the same; but that ends when the disk is full, and with it the record.
 */
function recorder(program: string, prefix: string): string {
  const output = shellWord(prefix);
  return [
    'umask 077',
    `command -v perl >/dev/null && exec perl ${shellWord(program)} ${output} ${SEGMENT_BYTES}`,
    `exec split -b ${SEGMENT_BYTES} -a 6 -d - ${output}`,
  ].join('; ');
}
