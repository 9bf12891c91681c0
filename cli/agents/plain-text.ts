/** Terminal output as plain text. */

// CSI, OSC (ended by BEL or ST), other strings (DCS, APC, PM, SOS), charset selections, and two-byte sequences: ECMA-48.
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]+[0-~]|[0-~])/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Without escape sequences and control characters; a line that a carriage return overwrote shows what was written last. */
export function plainText(output: string): string {
  return output
    .replace(ESCAPES, '')
    .replace(/\r+\n/g, '\n')
    .replace(/[^\n\r]*\r(?=[^\n])/g, '')
    .replace(CONTROLS, '');
}
