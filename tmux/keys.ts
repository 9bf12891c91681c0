/** Keys to an agent's window, by name only: text goes through a paste. */
import { commandLine } from './quote.js';
import type { Tmux } from './tmux.js';

/** Names that tmux knows; what it does not know it would type as text. All keys that the settings take are among them. */
const NAMED =
  /^(?:[CMS]-){0,3}(?:[!-~]|F(?:[1-9]|1[0-2])|Escape|Enter|Tab|BTab|Space|BSpace|DC|IC|Up|Down|Left|Right|Home|End|PageUp|PageDown|PPage|NPage)$/;

/**
 * Presses these keys, one after another, in the program itself: copy mode or a menu over the pane is left first, else it
 * would take them. A program may read Escape and a key right after it as one: send those in two calls.
 * @returns `dead` when there is no live process in that pane.
 * @throws {TmuxError}; {@link RangeError} for a name that is no key's.
 */
export async function sendKeys(tmux: Tmux, pane: string, keys: string[]): Promise<'sent' | 'dead'> {
  const unknown = keys.find(key => !NAMED.test(key));
  if (unknown !== undefined) throw new RangeError(`no key name: ${unknown}`);
  const press = [
    ['copy-mode', '-q', '-t', pane],
    ['send-keys', '-t', pane, ...keys],
    ['display-message', '-p', 'sent'],
  ];
  const output = await tmux.run([
    'if-shell',
    '-F',
    '-t',
    pane,
    `#{&&:#{==:#{pane_id},${pane}},#{!=:#{pane_dead},1}}`,
    press.map(commandLine).join(' ; '),
    'display-message -p dead',
  ]);
  return output === 'sent' ? 'sent' : 'dead';
}
