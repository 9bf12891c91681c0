/** What tmux may see of the caller's environment. */

/**
 * The server keeps for ever the environment of whoever started it, and every job of its own runs with that: so it is
 * chosen, never inherited. `XDG_RUNTIME_DIR` is how `systemd-run --user` finds its bus.
 */
const KEPT = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'TERM',
  'LANG',
  'LC_CTYPE',
  'XDG_RUNTIME_DIR',
  'ACTOR_HOME',
] as const;

/**
 * The environment for tmux, from the caller's. `LC_ALL` is left out, as `C` in it would turn glyphs to `_`; a locale without
 * UTF-8 is replaced.
 */
export function tmuxEnvironment(caller: Record<string, string | undefined>): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const name of KEPT) {
    const value = caller[name];
    if (value !== undefined) chosen[name] = value;
  }
  chosen.TERM ??= 'xterm-256color';
  if (!/utf-?8/i.test(chosen.LC_CTYPE ?? chosen.LANG ?? '')) chosen.LC_CTYPE = 'C.UTF-8';
  return chosen;
}
