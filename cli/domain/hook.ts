/** What the user's lifecycle hooks are told, and how their ends are told. Pure. */
import type { Outcome } from '../protocol.js';
import type { Definition } from './definition.js';
import { NAMES_A_REPOSITORY } from './git-variables.js';
import type { HookName } from './settings.js';

/** A turn that ended, for `after-run`. */
export interface EndedTurn {
  turn: number;
  outcome: Outcome;
  durationMs: number | null;
  /** A file with the whole last message. */
  messageFile: string;
}

/** What belongs to the window in which the caller sits, not to the session whose hook runs: its commands would be taken for the caller's. */
const OF_THE_CALLER =
  /^(?:ACTOR_(?:NAME|LAUNCH|DIR|REPO|BRANCH|BASE|AGENT|CONVERSATION|TURN|OUTCOME|DURATION_MS|MESSAGE_FILE)|TMUX|TMUX_PANE|OLDPWD|PWD)$/;

/** The whole environment of a hook. What is not known is absent, never what the caller had by that name. */
export function hookEnvironment(
  caller: Readonly<Record<string, string>>,
  definition: Definition,
  home: string,
  ended: EndedTurn | null = null,
): Record<string, string> {
  const { name, dir, repo, branch, base, agent, conversation } = definition;
  const facts: Record<string, string | number | null | undefined> = {
    ACTOR_NAME: name,
    ACTOR_DIR: dir,
    ACTOR_REPO: repo,
    ACTOR_BRANCH: branch,
    ACTOR_BASE: base?.ref,
    ACTOR_AGENT: agent,
    ACTOR_HOME: home,
    ACTOR_CONVERSATION: conversation,
    ACTOR_TURN: ended?.turn,
    ACTOR_OUTCOME: ended?.outcome,
    ACTOR_DURATION_MS: ended?.durationMs,
    ACTOR_MESSAGE_FILE: ended?.messageFile,
  };
  // Of a git hook in which the caller sits, too: git would work on another repository.
  const inherited = Object.entries(caller).filter(
    ([key]) => !OF_THE_CALLER.test(key) && !NAMES_A_REPOSITORY.includes(key),
  );
  const known = Object.entries(facts).flatMap(([key, value]) => (value == null ? [] : [[key, `${value}`]]));
  return Object.fromEntries([...inherited, ...known]);
}

/** The end of a hook that was run. */
export interface HookEnding {
  exitCode: number | null;
  signal: string | null;
  cut: 'time limit' | 'aborted' | null;
  problem: string | null;
  output: string;
}

/** How many of a hook's last lines go into a message. */
const LAST_LINES = 20;

/** Did it say yes? */
export function isGood(end: HookEnding): boolean {
  return end.exitCode === 0 && end.cut === null;
}

/** `the on-start hook ended with exit status 3`, with its last lines behind it. `timeout` in milliseconds. */
export function hookFailure(name: HookName, timeout: number, end: HookEnding): string {
  const lines = end.output === '' ? [] : end.output.split('\n').slice(-LAST_LINES);
  return [`the ${name} hook ${ending(timeout, end)}`, ...lines.map(line => `  ${line}`)].join('\n');
}

function ending(timeout: number, { exitCode, signal, cut, problem }: HookEnding): string {
  if (problem !== null) return `could not be run: ${problem}`;
  if (cut === 'time limit') return `did not end within ${timeout / 1000} s, and was ended`;
  if (cut === 'aborted') return 'was ended before its time';
  if (exitCode !== null) return `ended with exit status ${exitCode}`;
  return `was ended by ${signal ?? 'a signal'}`;
}
