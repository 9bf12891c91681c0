/** How wide text is on a terminal, and how to make foreign text harmless there. */

const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Text of another program without escape sequences and control characters; tabs and newlines stay. */
export function visible(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, '');
}

/** Changes of direction: they would turn round what stands beside the text, too. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of another program on one line, with its blanks as they are: no escapes, no changes of direction. */
export function unbroken(text: string): string {
  return visible(text)
    .replace(DIRECTIONS, '')
    .replace(/[\t\n\u2028\u2029]/g, ' ');
}

/** As {@link unbroken}, every run of blanks one space. */
export function oneLine(text: string): string {
  return unbroken(text).replace(/\s+/g, ' ').trim();
}

/** Columns that a text takes on a terminal; escape sequences take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPES, '')) width += characterWidth(character);
  return width;
}

/** The beginning of a text that fits into `columns`, ending in `…` where something was cut. Escape-free text only. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Text filled with spaces up to `columns`. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Unicode's East Asian Width W and F, in coarse blocks; emoji that are drawn as pictures are W as well. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

/** 0 for combining marks and joiners, 2 for wide characters, else 1. Ambiguous ones count 1, as in most terminals. */
function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return code >= 0x1100 && WIDE.test(character) ? 2 : 1;
}
