/**
 * What the window shows: whether a paste would go into codex's composer now. Pure. Rows of codex-cli 0.169.0.
 *
 *     › an earlier prompt, its mark in dim type
 *
 *     Working (3s • esc to interrupt)
 *
 *     › a draft, or a suggestion in dim type
 *
 *       <model> · <directory>
 *
 * A dialog takes the composer's place; its chosen row begins with the same mark, in inverse type.
 */
import type { WaitingFor } from '../../protocol.js';
import type { PaneFacts, ScreenReading } from '../agent.js';
import { type Row, toRows } from '../rows.js';

const MARK = /^[›!](?: |$)/;
const BUSY = /\((?:\d+[hms] ?)+ • esc to interrupt\b/;
const FOOTER = /^ {2}\S.* · \S/;
/** How far above the composer the row of a running turn may be: what waits to be submitted stands between. */
const BUSY_ROWS = 16;

const DIALOGS: [RegExp, WaitingFor][] = [
  [/Trust this folder\?|Do you trust the contents of this directory/, 'trust'],
  [/Sign in with ChatGPT|Sign in with Device Code|Paste or type your API key|Finish signing in/, 'login'],
  [/Hooks need review|Would you like to |needs your approval|Allow the .+ to run /s, 'permission'],
  [/Implement this plan\?/, 'review'],
  [/enter to (?:confirm|continue|submit)|enter (?:continue|confirm) · esc/i, 'question'],
];

/** How codex sets the terminal's title while an approval is asked for. */
const ACTION_REQUIRED = /^\[ ! \] Action Required/;

/** Reads a capture of the visible screen with escape sequences, rows joined by \n. */
export function readScreen(capture: string, pane: PaneFacts): ScreenReading {
  const rows = toRows(capture);
  const nothing = { waitingFor: null, draft: null, interrupted: false };
  const composer = isStarting(rows, pane) ? null : findComposer(rows, pane);
  if (composer === null) {
    const waitingFor = dialogOn(rows.map(row => row.text).join('\n'), pane.title);
    return { ...nothing, state: waitingFor ? 'dialog' : 'busy', waitingFor };
  }
  if (rows.slice(Math.max(0, composer - BUSY_ROWS), composer).some(row => BUSY.test(row.text)))
    return { ...nothing, state: 'busy' };
  const draft = readDraft(rows.slice(composer, pane.cursorY + 1), rows.slice(pane.cursorY + 1));
  return { ...nothing, state: draft === '' ? 'composer' : 'draft', draft: draft === '' ? null : draft };
}

/**
 * For a moment before it knows whether a dialog has to come first, codex shows a composer that takes text and no Enter:
 * without the model below it, and before it sets the terminal's title. Either may be missing later, by a person's choice.
 */
function isStarting(rows: Row[], { titled }: PaneFacts): boolean {
  return !titled && !rows.some(row => FOOTER.test(row.text));
}

/** The row of the composer's mark: the last one that is neither an earlier prompt's nor a dialog's, with the cursor behind it. */
function findComposer(rows: Row[], { cursorX, cursorY, alternateScreen }: PaneFacts): number | null {
  const found = rows.findLastIndex(row => MARK.test(row.text) && !row.dim[0] && !row.inverse[0]);
  if (found === -1 || cursorY < found || cursorX < 1) return null;
  // Between the mark and the cursor stand the rows of a draft, which are set in.
  const isDraft = rows
    .slice(found + 1, cursorY + 1)
    .every(row => row.text === '' || row.text.startsWith('  '));
  return isDraft && (alternateScreen || cursorX >= 2) ? found : null;
}

function dialogOn(screen: string, title: string): WaitingFor | null {
  const shown = DIALOGS.find(([marker]) => marker.test(screen))?.[1];
  return shown ?? (ACTION_REQUIRED.test(title) ? 'permission' : null);
}

/** The text typed so far; a suggestion is in dim type. The cursor may stand before the draft's end: an empty row ends that. */
function readDraft(before: Row[], after: Row[]): string {
  const end = after.findIndex(row => row.text.trim() === '');
  const rows = [...before, ...after.slice(0, Math.max(0, end))];
  const mark = rows[0]?.text.startsWith('!') ? '!' : '';
  return mark + rows.map(typedPart).join('\n').trim();
}

function typedPart({ text, dim }: Row): string {
  let typed = '';
  for (let index = 2; index < text.length; index++) if (!dim[index]) typed += text[index];
  return typed.trimEnd();
}
