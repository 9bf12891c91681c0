import { DEPTH_LIMIT, KdlSyntaxProblem, type Token, type TokenKind } from './kdl-tokens.js';

/** Where an argument or a property stands; for a property `key` is its name as it is written. */
export interface EntryOutline {
  offset: number;
  key: { source: string; quoted: boolean } | null;
}

/** Where a node and its entries stand, in the order of the text; what `/-` takes away is not in it. */
export interface NodeOutline {
  offset: number;
  entries: EntryOutline[];
}

/** The node of one level that is being read, if any, and whether what is read counts. */
interface Level {
  node: NodeOutline | null;
  /** Does `node` not count? */
  nodeDropped: boolean;
  /** Everything on this level stands in something that `/-` took away. */
  dropped: boolean;
  /** Where its `{` stands. */
  opened: number;
}

const MISSING = 'a value is missing here';
/** What cannot follow a `=`. */
const ENDS = new Set<TokenKind>(['semicolon', 'open', 'close']);

/**
 * The places of all nodes of a document, parents before children: the order in which a walk over kdljs' result meets them.
 * Judges only braces, `=` and the number of things; texts that are no KDL in another way are left to kdljs.
 * @param limit how many nodes and entries there may be
 * @throws KdlSyntaxProblem
 */
export function outline(text: string, tokens: readonly Token[], limit: number): NodeOutline[] {
  const nodes: NodeOutline[] = [];
  const levels: Level[] = [];
  let level: Level = { node: null, nodeDropped: false, dropped: false, opened: 0 };
  let slashdash = false;
  let continued = false;
  let inType = false;
  let typeAt: number | null = null;
  const last: { entry: EntryOutline | null; token: Token | null } = { entry: null, token: null };
  let afterEquals = false;
  let count = 0;

  const value = (token: Token) => {
    if (inType) return;
    const offset = typeAt ?? token.start;
    typeAt = null;
    if (afterEquals) {
      afterEquals = false;
      return;
    }
    if (++count > limit) throw new KdlSyntaxProblem(offset, `more than ${limit} nodes and values`);
    if (level.node === null) {
      level.node = { offset, entries: [] };
      level.nodeDropped = level.dropped || slashdash;
      if (!level.nodeDropped) nodes.push(level.node);
      last.entry = null;
    } else {
      const entry: EntryOutline = { offset, key: null };
      if (!slashdash) level.node.entries.push(entry);
      last.entry = entry;
      last.token = token;
    }
    slashdash = false;
  };

  for (const token of tokens) {
    const ends = token.kind === 'newline' ? !continued : ENDS.has(token.kind);
    if (afterEquals && ends) throw new KdlSyntaxProblem(token.start, MISSING);
    switch (token.kind) {
      case 'word':
      case 'string':
      case 'number':
      case 'keyword':
        value(token);
        break;
      case 'type-open':
        typeAt ??= token.start;
        inType = true;
        break;
      case 'type-close':
        inType = false;
        break;
      case 'equals': {
        if (inType) break;
        const { entry, token: key } = last;
        const isName = key?.kind === 'word' || key?.kind === 'string';
        if (afterEquals || !entry || entry.key !== null || !isName)
          throw new KdlSyntaxProblem(
            token.start,
            'this "=" belongs to no name: a property is written name=value',
          );
        entry.key = { source: text.slice(key.start, key.end), quoted: key.kind === 'string' };
        afterEquals = true;
        break;
      }
      case 'slashdash':
        slashdash = true;
        break;
      case 'continuation':
        continued = true;
        break;
      case 'newline':
        // A line end belongs to the node when `\` stands before it, and between `/-` and what that takes away.
        if (!continued && !slashdash) level.node = null;
        continued = false;
        break;
      case 'semicolon':
        level.node = null;
        break;
      case 'open':
        if (levels.length >= DEPTH_LIMIT) {
          throw new KdlSyntaxProblem(token.start, `children are nested more than ${DEPTH_LIMIT} deep`);
        }
        levels.push(level);
        level = {
          node: null,
          nodeDropped: false,
          dropped: level.nodeDropped || slashdash,
          opened: token.start,
        };
        slashdash = false;
        break;
      case 'close': {
        const outer = levels.pop();
        if (!outer) throw new KdlSyntaxProblem(token.start, 'this "}" closes nothing');
        level = outer;
        break;
      }
    }
  }
  if (afterEquals) throw new KdlSyntaxProblem(text.length, MISSING);
  if (levels.length > 0) throw new KdlSyntaxProblem(level.opened, 'this "{" is never closed');
  return nodes;
}
