/**
 * What the window shows: whether a paste would go into claude's composer now. Pure. Rows of Claude Code 2.1.330.
 *
 *     ─────────────────────────────── fix-nav ─
 *     ❯ a draft, or a suggestion in dim type
 *     ─────────────────────────────────────────
 *       ⏵⏵ auto mode on (shift+tab to cycle) · esc to interrupt
 *
 * Give it a capture with escape sequences (`capture-pane -e -p`): only the dim type tells a suggestion from a draft.
 */
import type { WaitingFor } from '../../protocol.js';
import type { PaneFacts, ScreenReading } from '../agent.js';
import { type Row, toRows } from '../rows.js';

const RULE = /^─{8}/;
const COMPOSER = /^[❯!](?:[\u00a0 ]|$)/;
/** `esc to interrupt` gives way to other hints in a narrow window or with a draft; the spinner's row stays. */
const BUSY_FOOTER = /\besc to interrupt\b/;
const SPINNER = /^[·✢✳✶✻✽*] (?:\S+…|.*…|Waiting for \d+ background)/;
/** How far above the composer the spinner's row may be: tips and to-do items stand between. */
const SPINNER_ROWS = 12;
const INTERRUPTED = /⎿\s+Interrupted · What should Claude do instead\?/;
/** Suggestions seen, for a capture without escape sequences. */
const SUGGESTION = /^(?:Try "|Resend your message to try again$|Press up to edit queued messages$)/;

const DIALOGS: [RegExp, WaitingFor][] = [
  [/Accessing workspace:|Yes, I trust this folder|Do you trust the files in this folder/, 'trust'],
  [
    /Select login method|Detected a custom API key|Paste code here if prompted|Unable to connect to Anthropic/,
    'login',
  ],
  [/Choose the (?:text|syntax) style|Choose a theme/i, 'login'],
  [/running in Bypass Permissions mode|Held message from another session/, 'permission'],
  [/Would you like to proceed\?|Ready to code\?/, 'review'],
  [/Do you want to |Esc to cancel · Tab to amend/, 'permission'],
  [/Enter to (?:select|confirm|continue)|Esc to (?:cancel|exit|go back)/, 'question'],
];

/** Reads a capture of the visible screen, rows joined by \n, with escape sequences or without. */
export function readScreen(capture: string, pane: PaneFacts): ScreenReading {
  const rows = toRows(capture);
  const texts = rows.map(row => row.text.trimEnd());
  const box = findComposer(texts);
  if (!box) {
    const waitingFor = dialogOn(texts.join('\n'));
    return { state: waitingFor ? 'dialog' : 'busy', waitingFor, draft: null, interrupted: false };
  }
  const above = texts.slice(0, box.top);
  const interrupted = INTERRUPTED.test(
    above.slice(above.findLastIndex(text => /^❯ \S/.test(text)) + 1).join('\n'),
  );
  if (isBusy(above, texts.slice(box.bottom)))
    return { state: 'busy', waitingFor: null, draft: null, interrupted };
  const draft = readDraft(rows.slice(box.top + 1, box.bottom), capture.includes('\u001b['), {
    cursorAtStart: pane.cursorX === 2 && pane.cursorY === box.top + 1,
  });
  return {
    state: draft === '' ? 'composer' : 'draft',
    waitingFor: null,
    draft: draft === '' ? null : draft,
    interrupted,
  };
}

/** The rules above and below the composer: the last pair with its prompt mark just below the first. */
function findComposer(texts: string[]): { top: number; bottom: number } | null {
  const bottom = texts.findLastIndex(text => RULE.test(text));
  const top = texts.slice(0, Math.max(0, bottom)).findLastIndex(text => RULE.test(text));
  if (top === -1 || bottom - top < 2 || !COMPOSER.test(texts[top + 1]!)) return null;
  return { top, bottom };
}

function isBusy(above: string[], below: string[]): boolean {
  const near = above.slice(-SPINNER_ROWS);
  // What stands above the newest prompt belongs to an older turn.
  const current = near.slice(near.findLastIndex(text => /^❯ \S/.test(text)) + 1);
  return below.some(text => BUSY_FOOTER.test(text)) || current.some(text => SPINNER.test(text));
}

function dialogOn(screen: string): WaitingFor | null {
  return DIALOGS.find(([marker]) => marker.test(screen))?.[1] ?? null;
}

/** The text typed so far; dim type is a suggestion. The cursor stands on a suggestion's first letter, which is inverse, not dim. */
function readDraft(rows: Row[], escapes: boolean, { cursorAtStart }: { cursorAtStart: boolean }): string {
  const first = rows[0]!;
  const mark = first.text.startsWith('!') ? '!' : '';
  const plain = rows
    .map(row => row.text.slice(2).trimEnd())
    .join('\n')
    .trimEnd();
  if (plain === '') return mark;
  if (!escapes) return cursorAtStart && SUGGESTION.test(plain) ? mark : mark + plain;
  const afterCursor = [...first.text.slice(3).trimEnd()];
  const onlyDim = afterCursor.length > 0 && first.dim.slice(3, first.text.trimEnd().length).every(Boolean);
  if (rows.length === 1 && cursorAtStart && onlyDim) return mark;
  return mark + rows.map(typedPart).join('\n').trimEnd();
}

function typedPart(row: Row): string {
  let typed = '';
  for (let index = 2; index < row.text.length; index++) if (!row.dim[index]) typed += row.text[index];
  return typed.trimEnd();
}
