/** A word for `sh`: what is safe stays as it is, all else goes into single quotes. NUL cannot be in it, and is dropped. */
export function quoteShell(word: string): string {
  const text = word.replaceAll('\0', '');
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
