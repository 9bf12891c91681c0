/** What a session may be called (contract §3), and how a name is made from a prompt. Pure. */

/** Longest name in characters. */
export const NAME_LIMIT = 64;

export const NAME_RULE =
  '1 to 64 of A-Z a-z 0-9 . _ -, first a letter or digit, no "..", not ending in "." or ".lock"';

/**
 * Is this a valid session name? Also a valid git branch name, by the rules of git-check-ref-format(1):
 * no "..", no ".lock" or "." at the end; the others are excluded by the alphabet.
 */
export function isValidName(name: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) &&
    !name.includes('..') &&
    !name.endsWith('.') &&
    !name.toLowerCase().endsWith('.lock')
  );
}

/** Does this name belong to mains (`main`, `main-…`)? Compared without regard to case. */
export function isMainName(name: string): boolean {
  return /^main(-|$)/i.test(name);
}

/** Letters that Unicode does not take apart into a plain one and a mark. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * A valid name from any text: `Fix the nav bar!` → `fix-the-nav-bar`. At most five words and 40 characters.
 * Answers null when nothing usable is left.
 */
export function nameFromText(text: string): string | null {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, letter => LETTERS[letter] ?? letter)
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
  let name = '';
  for (const word of words.slice(0, 5)) {
    const next = name === '' ? word.slice(0, 40) : `${name}-${word}`;
    if (next.length > 40) break;
    name = next;
  }
  if (name === '') return null;
  return isMainName(name) ? `do-${name}` : name;
}

/** The first of `name`, `name-2`, `name-3` … for which `isTaken` is false. */
export function firstFreeName(name: string, isTaken: (candidate: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let number = 2; ; number++) {
    const candidate = `${name.slice(0, NAME_LIMIT - 6)}-${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
