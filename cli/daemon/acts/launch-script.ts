/** The first program of a window: takes over the caller's environment, then becomes the agent. Pure. */
import { shellWord } from '../../domain/shell-word.js';

export interface LaunchScript {
  argv: string[];
  env: Record<string, string>;
  unset: string[];
}

/** Set by tmux for the window, or about the caller's own terminal: not taken over. */
const TERMINAL = new Set([
  'TERM',
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'TMUX',
  'TMUX_PANE',
  'COLUMNS',
  'LINES',
  'WINDOWID',
  'PWD',
  'OLDPWD',
  'SHLVL',
  '_',
]);

/**
 * A script for /bin/sh. Environment and arguments stand in this file (0600, deleted by its first line), since `-e` of tmux
 * and arguments of env(1) would show in ps(1), and tmux limits a command to 16 KB.
 */
export function launchScript({ argv, env, unset }: LaunchScript): string {
  const gone = new Set(unset);
  const exports = Object.entries(env)
    .filter(([name]) => !TERMINAL.has(name) && !gone.has(name) && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}=${shellWord(value)}`);
  return [
    'rm -f -- "$0"',
    ...(unset.length > 0 ? [`unset ${unset.join(' ')}`] : []),
    ...exports,
    `exec ${argv.map(shellWord).join(' ')}`,
    '',
  ].join('\n');
}
