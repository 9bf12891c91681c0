/** A text as one word of sh, whatever it holds. NUL, which no word can hold, is dropped. Pure. */
export function shellWord(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", "'\\''")}'`;
}
