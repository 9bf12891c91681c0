/**
 * The words of a KDL 2 document, with their places. kdljs gives no places, its messages are for grammar writers, and some
 * texts (a `#` a thousand times, an unclosed `#"""` on every line) cost it time that grows with the square of their size.
 * So every text passes here first, in one go from left to right; what is left to kdljs is what the words mean.
 */

export type TokenKind =
  | 'word'
  | 'string'
  | 'number'
  | 'keyword'
  | 'newline'
  | 'semicolon'
  | 'open'
  | 'close'
  | 'type-open'
  | 'type-close'
  | 'equals'
  | 'slashdash'
  | 'continuation';

/** `start` and `end` are offsets in UTF-16 units; `end` is the first unit after it. White space and comments are no tokens. */
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

/** Replace `text.slice(start, end)` by `by`: an escape that kdljs 0.3 reads wrongly. */
export interface Edit {
  start: number;
  end: number;
  by: string;
}

/** What is wrong, and at which offset. Only `kdl.ts` sees it, which knows the file's name. */
export class KdlSyntaxProblem extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Most line ends, comments, escapes and quotes in a document: each costs kdljs 1 to 3 µs. */
const PIECE_LIMIT = 20_000;

/** How deep comments and children may nest: kdljs reads both by recursion. */
export const DEPTH_LIMIT = 32;

const SPACE_SET = '\\t \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
const NEWLINE_SET = '\\n\\v\\f\\r\\u0085\\u2028\\u2029';
const SPACE = new RegExp(`[${SPACE_SET}]+`, 'y');
const NEWLINE = new RegExp(`\\r\\n|[${NEWLINE_SET}]`, 'y');
const NEWLINES = new RegExp(`\\r\\n|[${NEWLINE_SET}]`);
const BLANK = new RegExp(`^[${SPACE_SET}]*$`);
const LINE_COMMENT = new RegExp(`//[^${NEWLINE_SET}]*`, 'y');
const PLAIN = new RegExp(`[^"\\\\${NEWLINE_SET}]*`, 'y');
const WORD = new RegExp(`[^\\x00-\\x20"#()/;=[\\]\\\\{}\\x7f${SPACE_SET}${NEWLINE_SET}]+`, 'y');
const ESCAPE = new RegExp(
  `\\\\(?:[nrt\\\\"bfs]|u\\{([0-9a-fA-F]{1,6})\\}|[${SPACE_SET}${NEWLINE_SET}]+)`,
  'y',
);
const ESCAPES = new RegExp(ESCAPE.source, 'g');
const KEYWORD = /#(?:true|false|null|nan|-?inf)/y;
const HASHES = /#+/y;
const NUMBER_LIKE = /^[+-]?\.?\d/;
const NUMBER =
  /^[+-]?(?:0x[\da-fA-F][\da-fA-F_]*|0o[0-7][0-7_]*|0b[01][01_]*|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?)$/;
const BARE_KEYWORD = /^(?:true|false|null|nan|-?inf)$/;
/** What KDL 2 forbids to stand anywhere unescaped: control characters, direction marks, lone surrogates, a late BOM. */
const FORBIDDEN =
  /[\x00-\x08\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?<!^)\ufeff|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const PUNCTUATION: Record<string, TokenKind> = {
  ';': 'semicolon',
  '{': 'open',
  '}': 'close',
  '(': 'type-open',
  ')': 'type-close',
  '=': 'equals',
  '\\': 'continuation',
};

/**
 * The tokens of `text`, and the edits that kdljs needs. Takes time in proportion to the length of the text.
 * @throws KdlSyntaxProblem at the first thing that is no KDL
 */
export function tokenize(text: string): { tokens: Token[]; edits: Edit[] } {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) {
    const code = text.charCodeAt(forbidden.index).toString(16).padStart(4, '0');
    fail(forbidden.index, `the character U+${code.toUpperCase()} must be written \\u{${code}}, in quotes`);
  }
  const tokens: Token[] = [];
  const edits: Edit[] = [];
  let pieces = 0;
  const count: Counter = offset => {
    pieces += 1;
    if (pieces > PIECE_LIMIT) fail(offset, `more than ${PIECE_LIMIT} lines, comments and escapes`);
  };
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const start = at;
    const spaceEnd = match(SPACE, text, at);
    if (spaceEnd !== null) {
      at = spaceEnd;
      continue;
    }
    const newlineEnd = match(NEWLINE, text, at);
    if (newlineEnd !== null) {
      at = newlineEnd;
      count(start);
      tokens.push({ kind: 'newline', start, end: at });
      continue;
    }
    const character = text[at] as string;
    const punctuation = PUNCTUATION[character];
    if (punctuation) {
      at += 1;
      count(start);
      tokens.push({ kind: punctuation, start, end: at });
    } else if (character === '/') {
      if (text[at + 1] === '-') {
        at += 2;
        tokens.push({ kind: 'slashdash', start, end: at });
      } else at = commentEnd(text, at, count);
    } else if (character === '"') {
      at = quotedEnd(text, at, edits, count);
      tokens.push({ kind: 'string', start, end: at });
    } else if (character === '#') {
      const keywordEnd = match(KEYWORD, text, at);
      at = keywordEnd ?? rawEnd(text, at, count);
      tokens.push({ kind: keywordEnd === null ? 'string' : 'keyword', start, end: at });
    } else {
      at = match(WORD, text, at) ?? fail(at, `text with "${character}" in it must stand in quotes`);
      tokens.push({ kind: wordKind(text.slice(start, at), start), start, end: at });
    }
  }
  return { tokens, edits };
}

/** Counts one thing that costs kdljs time. */
type Counter = (offset: number) => void;

function fail(offset: number, message: string): never {
  throw new KdlSyntaxProblem(offset, message);
}

/** Where a match of the sticky pattern at `at` ends; null: none there. */
function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function commentEnd(text: string, start: number, count: Counter): number {
  const lineEnd = match(LINE_COMMENT, text, start);
  count(start);
  if (lineEnd !== null) return lineEnd;
  if (text[start + 1] !== '*')
    fail(start, 'a "/" alone means nothing: a comment begins with //, text stands in quotes');
  const mark = /\/\*|\*\/|[*/]/g;
  mark.lastIndex = start + 2;
  for (let depth = 1; depth > 0; ) {
    const found = mark.exec(text)?.[0];
    if (!found) fail(start, 'this comment is never closed');
    count(start);
    if (found === '/*') depth += 1;
    else if (found === '*/') depth -= 1;
    if (depth > DEPTH_LIMIT) fail(start, `comments are nested more than ${DEPTH_LIMIT} deep`);
  }
  return mark.lastIndex;
}

function quotedEnd(text: string, start: number, edits: Edit[], count: Counter): number {
  const multiline = text.startsWith('"""', start);
  let at = start + (multiline ? 3 : 1);
  if (multiline && match(NEWLINE, text, at) === null) fail(at, 'after """ the text begins on the next line');
  for (;;) {
    at = match(PLAIN, text, at) as number;
    if (at >= text.length) fail(start, 'this string is never closed');
    const character = text[at];
    count(at);
    if (character === '\\') {
      const end = match(ESCAPE, text, at) ?? fail(at, 'no such escape: a backslash is written \\\\');
      checkEscape(text.slice(at, end), at, edits);
      at = end;
    } else if (character !== '"') {
      if (!multiline) fail(start, 'this string is not closed on its line: a line break in it is written \\n');
      at += 1;
    } else if (!multiline) return at + 1;
    else if (text.startsWith('"""', at)) {
      // White space after a backslash is no part of the string, line ends included.
      checkMargin(text.slice(start + 3, at).replace(ESCAPES, '\\'), start);
      return at + 3;
    } else at += 1;
  }
}

/** kdljs 0.3.0 cuts `\u{1f600}` to 16 bits, and does not know six digits. */
function checkEscape(written: string, start: number, edits: Edit[]): void {
  if (!written.startsWith('\\u')) return;
  const code = Number.parseInt(written.slice(3, -1), 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) fail(start, `${written} is no character`);
  if (code <= 0xffff && written.length <= '\\u{12345}'.length) return;
  const by = code > 0xffff ? String.fromCodePoint(code) : `\\u{${code.toString(16)}}`;
  edits.push({ start, end: start + written.length, by });
}

function rawEnd(text: string, start: number, count: Counter): number {
  const opened = match(HASHES, text, start) as number;
  if (text[opened] !== '"') fail(start, 'a "#" begins #true, #false, #null or a raw string #"…"#');
  const quotes = text.startsWith('"""', opened) ? '"""' : '"';
  const body = opened + quotes.length;
  const multiline = quotes.length === 3;
  if (multiline && match(NEWLINE, text, body) === null)
    fail(body, 'after """ the text begins on the next line');
  const close = text.indexOf(quotes + '#'.repeat(opened - start), body);
  if (close < 0) fail(start, 'this raw string is never closed');
  const content = text.slice(body, close);
  if (multiline) checkMargin(content, start, count);
  else if (NEWLINES.test(content))
    fail(start, 'this raw string is not closed on its line: several lines stand in """');
  return close + quotes.length + opened - start;
}

function checkMargin(content: string, start: number, count?: Counter): void {
  const lines = content.split(NEWLINES);
  if (count) for (const _ of lines) count(start);
  const margin = lines.at(-1) ?? '';
  const inside = lines.slice(1, -1);
  if (BLANK.test(margin) && inside.every(line => BLANK.test(line) || line.startsWith(margin))) return;
  fail(start, 'every line of this string must begin with the same white space as its closing quotes');
}

function wordKind(word: string, start: number): TokenKind {
  if (BARE_KEYWORD.test(word)) fail(start, `write #${word}, or "${word}" in quotes for the text`);
  if (!NUMBER_LIKE.test(word)) return 'word';
  if (!NUMBER.test(word))
    fail(start, `"${word}" is no number: text that begins like one must stand in quotes`);
  const plain = word.replaceAll('_', '').replace(/^[+-]/, '');
  const value = Number(plain);
  const isInteger = /^0[xob]|^\d+$/.test(plain);
  const kept = isInteger ? Number.isSafeInteger(value) || String(value) === plain : Number.isFinite(value);
  if (!kept) fail(start, `the number ${word} is too large to be kept exactly: write it in quotes`);
  return 'number';
}
