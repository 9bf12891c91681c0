/** Which tmux is installed. */
import { execa } from 'execa';

/** A version as numbers and the patch letter: 3.3a is {major: 3, minor: 3, letter: 'a'}. */
export interface TmuxVersion {
  major: number;
  minor: number;
  /** `''` before `'a'`. */
  letter: string;
}

/** The oldest tmux with all that is used here (`-N`, `pane_dead`, `copy-mode -q`, `list-panes -f`). */
export const OLDEST_VERSION: TmuxVersion = { major: 3, minor: 2, letter: '' };

/**
 * Reads `tmux -V`'s answer: `tmux 3.3a`, `tmux next-3.5`, `tmux openbsd-7.4`, `tmux master`. An OpenBSD release and
 * `master` have no number of tmux's own; they count as newer than all. null when it is no answer of tmux's.
 */
export function parseVersion(text: string): TmuxVersion | null {
  const word = /^tmux\s+(\S+)/.exec(text.trim())?.[1];
  if (word === undefined) return null;
  if (word === 'master' || word.startsWith('openbsd-'))
    return { major: Number.POSITIVE_INFINITY, minor: 0, letter: '' };
  const parts = /^(?:next-)?(\d+)\.(\d+)([a-z]?)/.exec(word);
  if (parts === null) return null;
  return { major: Number(parts[1]), minor: Number(parts[2]), letter: parts[3] ?? '' };
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareVersions(left: TmuxVersion, right: TmuxVersion): number {
  if (left.major !== right.major) return left.major < right.major ? -1 : 1;
  return left.minor - right.minor || left.letter.localeCompare(right.letter);
}

/** The installed version and the text it was read from; null when the program cannot be run or is no tmux. */
export async function tmuxVersion(program = 'tmux'): Promise<{ text: string; version: TmuxVersion } | null> {
  const { stdout, failed } = await execa(program, ['-V'], { reject: false, timeout: 5000, stdin: 'ignore' });
  const version = failed ? null : parseVersion(stdout);
  return version === null ? null : { text: stdout.trim(), version };
}
