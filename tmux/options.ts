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

export interface NameChange {
  /** `@5` */
  window: string;
  /** Letters, digits and `-`, since tmux expands formats in it. */
  rename: string;
}

export type Change = OptionChange | NameChange;

/**
 * Makes all these changes, by `source-file` from standard input: no limit of length, nothing in the process list. A window
 * that is gone is passed over.
 * @throws {TmuxError}; {@link RangeError} for a name that is no plain one, or a window that is no id.
 */
export async function setOptions(tmux: Tmux, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await tmux.run(['source-file', '-'], { input: `${changeLines(changes).join('\n')}\n` });
}

/** The lines of tmux's command language for these changes: one for all of a window. Pure. */
export function changeLines(changes: readonly Change[]): string[] {
  const lines: string[] = [];
  const windows = new Map<string, string[]>();
  for (const change of changes) {
    const command = commandLine(wordsOf(change));
    if (change.window === null) lines.push(command);
    else windows.set(change.window, [...(windows.get(change.window) ?? []), command]);
  }
  // The target of if-shell may be missing, that of set-option may not.
  for (const [window, commands] of windows)
    lines.push(
      commandLine(['if-shell', '-F', '-t', window, `#{==:#{window_id},${window}}`, commands.join(' ; ')]),
    );
  return lines;
}

function wordsOf(change: Change): string[] {
  const { window } = change;
  if (window !== null && !/^@\d+$/.test(window)) throw new RangeError(`no window id: ${window}`);
  if ('rename' in change) {
    if (!/^[A-Za-z0-9-]+$/.test(change.rename))
      throw new RangeError(`no plain window name: ${change.rename}`);
    return ['rename-window', '-t', change.window, '--', change.rename];
  }
  const { name, value } = change;
  if (!/^@[a-z][a-z0-9_]*$/.test(name)) throw new RangeError(`no plain user option: ${name}`);
  const remove = value === null ? ['-u'] : [];
  const words = [name, ...(value === null ? [] : [value.replace(/[\r\n]+/g, ' ')])];
  const where = window === null ? ['-g'] : ['-w', '-t', window];
  return ['set-option', ...where, ...remove, '--', ...words];
}
