/** Patterns as in `.gitignore`: git says what they match; here, only where it is worth to look. Pure. */
import { type Bytes, toBytes } from './bytes.js';

export interface Rule {
  /** As a line of a `.gitignore`. */
  line: Bytes;
  /**
   * The pattern's names one by one, when it begins at the root (gitignore(5): it has a slash at its start or middle);
   * null when it matches at any depth.
   */
  names: Bytes[] | null;
}

/** The rules of a file in gitignore's syntax. */
export function rulesOf(text: Bytes): Rule[] {
  return text
    .replace(/^\xef\xbb\xbf/, '')
    .split(/\r?\n/)
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => ({ line, names: namesOf(line) }));
}

/**
 * A pattern of the settings as a rule: gitignore's syntax, but always from the root of the repository, so that `.env` is the
 * one at the root; at any depth it is `.env` with two stars and a slash before. Null: it is empty or leads out of the repository.
 */
export function ruleOfSetting(pattern: string): Rule | null {
  const isNegated = pattern.startsWith('!');
  const path = pattern.slice(isNegated ? 1 : 0).replace(/^(\.?\/)+/, '');
  if (path === '' || /[\n\r\0]/.test(path) || path.split('/').includes('..')) return null;
  // Git drops spaces at the end of a line.
  const kept = path.replace(/ +$/, spaces => '\\ '.repeat(spaces.length));
  const line = toBytes(`${isNegated ? '!' : ''}/${kept}`);
  return { line, names: namesOf(line) };
}

/** Can a rule that does not match this directory match something in it? It must lead there by its own first names. */
export function reachesInto(rule: Rule, directory: Bytes): boolean {
  const { names } = rule;
  if (names === null || names[0] === '**') return false;
  const wanted = directory.replace(/\/$/, '').split('/');
  for (const [depth, name] of wanted.entries()) {
    const own = names[depth];
    if (own === '**') return true;
    if (own === undefined || !mayMatch(own, name)) return false;
  }
  return names.length > wanted.length;
}

/** Rules that name the directories on their way; the others say nothing of what is in a directory that git ignores whole. */
export function isDirected(rule: Rule): boolean {
  return rule.names !== null && rule.names[0] !== '**';
}

function namesOf(line: Bytes): Bytes[] | null {
  const path = line
    .replace(/^!/, '')
    .replace(/(?<!\\) +$/, '')
    .replace(/\/$/, '');
  return path.includes('/') ? path.replace(/^\//, '').split('/') : null;
}

/**
 * Too often rather than too seldom: what is looked at for nothing costs a moment. In a time that grows with the lengths alone,
 * not as a regular expression: a name of many stars would take that for ever.
 */
function mayMatch(pattern: Bytes, name: Bytes): boolean {
  if (pattern.includes('[')) return true;
  const letters = [...pattern.toLowerCase().matchAll(/\\(.)|([\s\S])/g)].map(([, escaped, plain]) => ({
    letter: escaped ?? plain,
    isWild: escaped === undefined && (plain === '*' || plain === '?'),
  }));
  const wanted = name.toLowerCase();
  let at = 0;
  let from = 0;
  /** The last star, and how much of the name it has taken so far. */
  let star = -1;
  let taken = 0;
  while (from < wanted.length) {
    const each = letters[at];
    if (each?.isWild && each.letter === '*') {
      star = at++;
      taken = from;
    } else if (each && (each.isWild || each.letter === wanted[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++taken;
    } else return false;
  }
  return letters.slice(at).every(({ letter, isWild }) => isWild && letter === '*');
}
