/** A window's screen as text. */

import { PANE_FORMAT, type Pane, parsePane } from './panes.js';
import { loadCommand } from './paste.js';
import { type Tmux, TmuxError } from './tmux.js';

/**
 * The rows of the screen, joined by line feeds, without colours and without trailing spaces; also under copy mode and of
 * a dead pane.
 * @param options.scrollback rows above the screen to add; 0 unless given.
 * @throws {TmuxError}
 */
export function captureScreen(
  tmux: Tmux,
  pane: string,
  options: { scrollback?: number } = {},
): Promise<string> {
  return tmux.run(captureCommand(pane, options.scrollback ?? 0));
}

/**
 * The screen and the facts that belong to it, of one moment: a cursor position and a screen that are asked for one after
 * another may not fit. With escape sequences, since a dim text may be a suggestion and no draft. null when the pane is not there, or is none of actor's.
 * @param load a prompt to be loaded in the same invocation, as by `loadPrompt`; in doubt (null, an error) it may be loaded.
 * @throws {TmuxError} of another kind than `failed`.
 */
export async function lookAtPane(
  tmux: Tmux,
  pane: string,
  load: { id: string; text: string } | null = null,
): Promise<{ pane: Pane; screen: string } | null> {
  const facts = ['list-panes', '-t', pane, '-f', `#{==:#{pane_id},${pane}}`, '-F', PANE_FORMAT];
  try {
    const look = [facts, captureCommand(pane, 0, true)];
    const output = await (load === null
      ? tmux.runAll(look)
      : tmux.runAll([...look, loadCommand(load.id, load.text)], { input: load.text }));
    const end = output.indexOf('\n');
    const parsed = parsePane(output.slice(0, end));
    return parsed === null ? null : { pane: parsed, screen: output.slice(end + 1) };
  } catch (error) {
    if (error instanceof TmuxError && error.kind === 'failed') return null;
    throw error;
  }
}

function captureCommand(pane: string, scrollback: number, withEscapes = false): string[] {
  return [
    'capture-pane',
    '-p',
    ...(withEscapes ? ['-e'] : []),
    '-t',
    pane,
    ...(scrollback > 0 ? ['-S', `-${scrollback}`] : []),
  ];
}
