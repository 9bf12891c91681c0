/**
 * Text into an agent's window, exactly once though the sender may be killed at any moment.
 *
 * First the text goes into a buffer of the server, named after the prompt ({@link loadPrompt}); then ONE invocation pastes
 * the buffer, enters it and deletes it ({@link pastePrompt}). The server takes such an invocation whole or not at all, so
 * the buffer is the receipt: gone means pasted and entered, still there means not. Whoever records "loaded" between the two
 * steps can answer "was it sent?" after any crash with {@link promptBuffers}, for as long as the server lives; if it died,
 * the agent died with it.
 */
import { commandLine } from './quote.js';
import type { Tmux } from './tmux.js';

const PREFIX = 'actor-';
/** A wait that begins with another one ends after it, in milliseconds. */
const MARGIN = 20;

export interface PasteOptions {
  /** Paste only while one of these programs is in the foreground (`bash`), else `refused`. Plain names. */
  foreground?: string[];
  /** With bracketed paste where the program asked for it; true unless given. False types the text, as a person would. */
  bracketed?: boolean;
  /** Enter it; true unless given. */
  enter?: boolean;
  /** So many milliseconds after the paste; at once unless given. */
  enterAfter?: number;
}

/**
 * Puts the text into the server's buffer for this prompt, replacing what is there.
 * @param id letters, digits, `_` and `-`.
 * @throws {TmuxError}; {@link RangeError} for another id or an empty text, which no buffer can hold.
 */
export async function loadPrompt(tmux: Tmux, id: string, text: string | Uint8Array): Promise<void> {
  await tmux.run(loadCommand(id, text), { input: text });
}

/** The command of {@link loadPrompt}, which reads the text from standard input. Throws as it does. */
export function loadCommand(id: string, text: string | Uint8Array): string[] {
  if (text.length === 0) throw new RangeError('an empty text cannot be pasted');
  return ['load-buffer', '-b', bufferName(id), '-'];
}

/**
 * Pastes and enters a loaded prompt.
 *
 * `dead`: the pane is gone or its process is (pasting there would kill a tmux 3.3a server); `refused`: another program is in
 * the foreground, or input to the pane is off. In both cases the buffer stays.
 *
 * Copy mode and the menu over the pane are left first. They would take the Enter; and while they are open tmux pastes
 * without brackets (it asks the mode's screen, not the program's, whether they are wanted), so each line would be entered
 * by itself.
 * @throws {TmuxError} of kind `failed` when the prompt is not loaded (or was pasted before); nothing is entered then.
 */
export async function pastePrompt(
  tmux: Tmux,
  pane: string,
  id: string,
  options: PasteOptions = {},
): Promise<'pasted' | 'dead' | 'refused'> {
  const buffer = bufferName(id);
  const bracket = options.bracketed === false ? [] : ['-p'];
  const say = (word: string) => ['display-message', '-p', word];
  const paste = [
    ['copy-mode', '-q', '-t', pane],
    ['paste-buffer', ...bracket, '-r', '-d', '-b', buffer, '-t', pane],
    ...(options.enter === false ? [] : enterCommands(pane, options.enterAfter ?? 0)),
    say('pasted'),
  ];
  const allowed = either(pane, allowedCondition(options.foreground), paste, [say('refused')]);
  const alive = either(pane, `#{&&:#{==:#{pane_id},${pane}},#{!=:#{pane_dead},1}}`, [allowed], [say('dead')]);
  const output = await tmux.run(alive);
  if (output === 'pasted' || output === 'dead' || output === 'refused') return output;
  throw new Error(`unexpected answer of tmux: ${output}`);
}

/**
 * The ids of prompts that are loaded and not pasted.
 * @throws {TmuxError}
 */
export async function promptBuffers(tmux: Tmux): Promise<string[]> {
  const names = (await tmux.run(['list-buffers', '-F', '#{buffer_name}'])).split('\n');
  return names.filter(name => name.startsWith(PREFIX)).map(name => name.slice(PREFIX.length));
}

/**
 * Deletes a loaded prompt. One that is not there is an error, as it may have been pasted.
 * @throws {TmuxError}
 */
export async function dropPrompt(tmux: Tmux, id: string): Promise<void> {
  await tmux.run(['delete-buffer', '-b', bufferName(id)]);
}

/**
 * The text without anything that could act when pasted: CRLF and CR become LF, all other control characters but tab go.
 * Without its ESC, an embedded end-of-paste marker (`ESC [ 2 0 1 ~`) is plain text. Also half surrogates are replaced, so
 * the text is what its UTF-8 says.
 */
export function neutralizePaste(text: string): string {
  return Buffer.from(text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\t\n]/gu, '')).toString();
}

/**
 * A later Enter is the server's own business, so that it comes though the sender is killed; the sender waits for it.
 * `run-shell -d` waits seconds; with `-C` it runs a command of tmux.
 */
function enterCommands(pane: string, after: number): string[][] {
  const enter = ['send-keys', '-t', pane, 'Enter'];
  if (after === 0) return [enter];
  const later = ['if-shell', '-F', '-t', pane, '#{!=:#{pane_dead},1}', commandLine(enter)];
  return [
    ['run-shell', '-b', '-d', seconds(after), '-C', commandLine(later)],
    ['run-shell', '-d', seconds(after + MARGIN)],
  ];
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

/** In the server, so that nothing can change between the look and the act. */
function either(pane: string, condition: string, yes: string[][], no: string[][]): string[] {
  const line = (commands: string[][]) => commands.map(commandLine).join(' ; ');
  return ['if-shell', '-F', '-t', pane, condition, line(yes), line(no)];
}

function allowedCondition(foreground: string[] | undefined): string {
  const open = '#{!=:#{pane_input_off},1}';
  if (foreground === undefined) return open;
  const names = foreground.filter(name => /^[A-Za-z0-9._+-]+$/.test(name));
  if (names.length < foreground.length)
    throw new RangeError(`no plain program name: ${foreground.join(' ')}`);
  const named = names.reduce((rest, name) => `#{||:#{==:#{pane_current_command},${name}},${rest}}`, '0');
  return `#{&&:${open},${named}}`;
}

function bufferName(id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new RangeError(`no plain prompt id: ${id}`);
  return `${PREFIX}${id}`;
}
