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

/** Keeps what is bound at present, as JSON: this and the next daemon compare with it. */
const BOUND = '@actor_keys';

/**
 * Binds each action to its key; null gives the key back to the agent. What is not named has its default key.
 * @throws {TmuxError}
 */
export async function bindKeys(tmux: Tmux, chosen: Readonly<Record<string, string | null>>): Promise<void> {
  const wanted = { ...DEFAULT_KEYS, ...chosen } as Record<string, string | null>;
  const bound = readBound(await tmux.run(['show-options', '-gqv', BOUND]));
  const moved = Object.keys(DEFAULT_KEYS).filter(action => wanted[action] !== bound[action]);
  if (moved.length === 0) return;
  const listing = await tmux.run(['list-keys', '-T', 'root']);
  const lines = moved.flatMap(action => {
    const body = bodyOf(listing, bound[action] ?? parkingKey(action));
    return body === null ? [] : [{ action, body }];
  });
  const commands: string[] = [];
  // First all are parked, so that two may swap their keys.
  for (const { action, body } of lines) {
    const from = bound[action] ?? parkingKey(action);
    commands.push(`unbind -q -n ${quoteTmux(from)}`, `bind -n ${parkingKey(action)} ${body}`);
  }
  for (const { action, body } of lines) {
    const key = wanted[action];
    if (!key) continue;
    // The tables of copy mode come before the root table.
    for (const table of ['copy-mode', 'copy-mode-vi'])
      commands.push(`unbind -q -T ${table} ${quoteTmux(key)}`);
    commands.push(`unbind -q -n ${parkingKey(action)}`, `bind -n ${quoteTmux(key)} ${body}`);
  }
  commands.push(`set -g ${BOUND} ${quoteTmux(JSON.stringify(wanted))}`);
  commands.push(`set -g @actor_menu_key ${quoteTmux(wanted.menu ?? 'no')}`);
  await tmux.run(['source-file', '-'], { input: `${commands.join('\n')}\n` });
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
function bodyOf(listing: string, key: string): string | null {
  for (const line of listing.split('\n')) {
    const [, shown, body] = /^bind-key\s+(?:-\S+\s+)*-T\s+root\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (shown !== undefined && shown.replace(/^\\(.)$/, '$1') === key) return body ?? null;
  }
  return null;
}
