/** Many user options in one invocation: what the status line and the menu show. */
import { commandLine } from './quote.js';
import type { Tmux } from './tmux.js';

export interface OptionChange {
  /** `@5`, or null for a global option. */
  window: string | null;
  /** A user option, `@actor_mark`. */
  name: `@${string}`;
  /** Stored as it is; neutralise other people's text first, for where it is drawn. null removes the option. */
  value: string | null;
}

/**
 * Sets them all, by `source-file` from standard input: no limit of length, nothing in the process list. A window that is
 * gone is passed over.
 * @throws {TmuxError}; {@link RangeError} for a name that is no plain user option, or a window that is no id.
 */
export async function setOptions(tmux: Tmux, changes: OptionChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tmux.run(['source-file', '-'], { input: `${changes.map(changeLine).join('\n')}\n` });
}

/** The line of tmux's command language for one change. Pure. */
export function changeLine({ window, name, value }: OptionChange): string {
  if (!/^@[a-z][a-z0-9_]*$/.test(name)) throw new RangeError(`no plain user option: ${name}`);
  const remove = value === null ? ['-u'] : [];
  const words = [name, ...(value === null ? [] : [value.replace(/[\r\n]+/g, ' ')])];
  if (window === null) return commandLine(['set-option', '-g', ...remove, '--', ...words]);
  if (!/^@\d+$/.test(window)) throw new RangeError(`no window id: ${window}`);
  const set = commandLine(['set-option', '-w', ...remove, '-t', window, '--', ...words]);
  // The target of if-shell may be missing, that of set-option may not.
  return commandLine(['if-shell', '-F', '-t', window, `#{==:#{window_id},${window}}`, set]);
}
