/** Which key does what in the window: moves the bindings of templates/tmux.conf to the keys that a person has chosen. */
import { quoteTmux } from './quote.js';
import type { Tmux } from './tmux.js';

/** What can be moved, and the key that templates/tmux.conf gives it. */
export const DEFAULT_KEYS: Readonly<Record<string, string>> = {
  menu: 'C-z',
  quit: 'C-q',
  main: 'M-m',
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`window-${index + 1}`, `M-${index + 1}`])),
};

/** The keys of a window, and those while its menu is open. */
const TABLES = ['root', 'menu'];

/** Keeps what is bound at present, as JSON: this and the next daemon compare with it. */
const BOUND = '@actor_keys';

/**
 * Binds each action to its key; null gives the key back to the agent. What is not named has its default key, unless that is
 * chosen for something else: then it has none.
 * @throws {TmuxError}
 */
export async function bindKeys(tmux: Tmux, chosen: Readonly<Record<string, string | null>>): Promise<void> {
  const wanted = { ...defaultsBeside(chosen), ...chosen };
  const bound = readBound(await tmux.run(['show-options', '-gqv', BOUND]));
  const moved = Object.keys(DEFAULT_KEYS).filter(action => wanted[action] !== bound[action]);
  if (moved.length === 0) return;
  const commands: string[] = [];
  for (const table of TABLES)
    commands.push(...moves(await tmux.run(['list-keys', '-T', table]), table, moved, bound, wanted));
  commands.push(`set -g ${BOUND} ${quoteTmux(JSON.stringify(wanted))}`);
  commands.push(`set -g @actor_menu_key ${quoteTmux(wanted.menu ?? 'no')}`);
  commands.push(`set -g @actor_quit_key ${quoteTmux(wanted.quit ?? 'C-b d')}`);
  await tmux.run(['source-file', '-'], { input: `${commands.join('\n')}\n` });
}

function defaultsBeside(chosen: Readonly<Record<string, string | null>>): Record<string, string | null> {
  const taken = new Set(Object.values(chosen));
  return Object.fromEntries(
    Object.entries(DEFAULT_KEYS).map(([action, key]) => [action, taken.has(key) ? null : key]),
  );
}

/** The commands that move these actions' keys in a table, of which `listing` is what `list-keys` says. */
function moves(
  listing: string,
  table: string,
  moved: readonly string[],
  bound: Readonly<Record<string, string | null>>,
  wanted: Readonly<Record<string, string | null>>,
): string[] {
  const commands: string[] = [];
  const keyNow = (action: string) => bound[action] ?? parkingKey(action);
  const lines = moved.flatMap(action => {
    const body = bodyOf(listing, table, keyNow(action));
    return body === null ? [] : [{ action, body }];
  });
  // First all are parked, so that two may swap their keys.
  for (const { action, body } of lines)
    commands.push(
      `unbind -q -T ${table} ${quoteTmux(keyNow(action))}`,
      `bind -T ${table} ${parkingKey(action)} ${body}`,
    );
  for (const { action, body } of lines) {
    const key = wanted[action];
    if (!key) continue;
    // The tables of copy mode come before the root table.
    for (const mode of ['copy-mode', 'copy-mode-vi']) commands.push(`unbind -q -T ${mode} ${quoteTmux(key)}`);
    commands.push(
      `unbind -q -T ${table} ${parkingKey(action)}`,
      `bind -T ${table} ${quoteTmux(key)} ${body}`,
    );
  }
  return commands;
}

function readBound(text: string): Record<string, string | null> {
  try {
    return { ...DEFAULT_KEYS, ...(JSON.parse(text) as Record<string, string | null>) };
  } catch {
    return { ...DEFAULT_KEYS };
  }
}

/** A key that no terminal sends keeps the binding of an action that has none: tmux has a thousand for users' own. */
function parkingKey(action: string): string {
  return `User${900 + Object.keys(DEFAULT_KEYS).indexOf(action)}`;
}

/** What is bound to a key, as tmux prints it for its own reading; null: nothing. */
function bodyOf(listing: string, table: string, key: string): string | null {
  for (const line of listing.split('\n')) {
    const [, where, shown, body] = /^bind-key\s+(?:-\S+\s+)*-T\s+(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (where === table && shown !== undefined && shown.replace(/^\\(.)$/, '$1') === key) return body ?? null;
  }
  return null;
}
