import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  KDL_COUNT_LIMIT,
  KDL_LENGTH_LIMIT,
  KdlError,
  type KdlNode,
  type KdlValue,
  makeNode,
  parseDocument,
  printDocument,
} from '../../cli/store/kdl.js';

const parse = (text: string) => parseDocument(text, '/x/a.kdl');

/** The first argument of the first node. */
const firstValue = (text: string): KdlValue | undefined => parse(text)[0]?.values[0]?.value;

/** Without places, which printing changes. */
interface Plain {
  name: string;
  tag: string | null;
  values: [KdlValue, string | null][];
  properties: [string, KdlValue, string | null][];
  children: Plain[];
}

function plain(nodes: readonly KdlNode[]): Plain[] {
  return nodes.map(({ name, tag, values, properties, children }) => ({
    name,
    tag,
    values: values.map(entry => [entry.value, entry.tag]),
    properties: [...properties]
      .map(([key, entry]): [string, KdlValue, string | null] => [key, entry.value, entry.tag])
      .sort(([left], [right]) => (left < right ? -1 : 1)),
    children: plain(children),
  }));
}

const values = test.macro((t: ExecutionContext, source: string, value: KdlValue) => {
  t.deepEqual(firstValue(`a ${source}`), value);
});

const literals: [string, KdlValue][] = [
  ['bare', 'bare'],
  ["'x'", "'x'"],
  ['"with space"', 'with space'],
  ['""', ''],
  [String.raw`"\n\r\t\\\"\b\f\s"`, '\n\r\t\\"\b\f '],
  [String.raw`"\u{1F600}\u{00001f}\u{41}"`, '\u{1f600}\u001fA'],
  ['"a\\   \n   b"', 'ab'],
  ['#"raw \\ text"#', 'raw \\ text'],
  ['##"a "# b"##', 'a "# b'],
  ['"""\n  one\n    two\n\n  """', 'one\n  two\n'],
  ['#"""\n\tone\n\t"two"\n\t"""#', 'one\n"two"'],
  ['#true', true],
  ['#false', false],
  ['#null', null],
  ['#inf', Number.POSITIVE_INFINITY],
  ['#-inf', Number.NEGATIVE_INFINITY],
  ['#nan', Number.NaN],
  ['1_000', 1000],
  ['-5', -5],
  ['+2.5e-3', 0.0025],
  ['0xff', 255],
  ['-0o17', -15],
  ['0b101', 5],
  ['100000000000000000000', 1e20],
  ['(date)"2026-11-23"', '2026-11-23'],
];
for (const [source, value] of literals) test(`the value ${JSON.stringify(source)}`, values, source, value);

test('comments and /- take away what they should, and nothing more', t => {
  const text = `
    // a comment
    /* one /* nested */ */ a 1 /- 2 3 /* inside */ b=4 /- c=5 { // children
      x; y
      /- z 9 { deep 1 }
    } /- { gone }
    /- whole 1 {
      gone
    }
    /-
    gone 2
    e \\  // continued
      6
  `;
  t.deepEqual(
    plain(parse(text)).map(({ name, values, properties, children }) => [
      name,
      values.map(([value]) => value),
      properties.map(([key, value]) => [key, value]),
      children.map(child => child.name),
    ]),
    [
      ['a', [1, 3], [['b', 4]], ['x', 'y']],
      ['e', [6], [], []],
    ],
  );
});

test('every node, argument and property has its place', t => {
  const text =
    '\ufeffa 1 /- 2 (t)3 "k k"=4 {\r\n  /- gone 5\r\n  b "x" \\\n c=#true\n} /- { gone 6 }\n/- whole { gone 7 }\n(type)d 😀 e=1 f\n';
  const [a, d] = parse(text);
  const [b] = a!.children;
  t.deepEqual(a!.at, { line: 1, column: 2 });
  t.deepEqual(
    a!.values.map(entry => [entry.value, entry.tag, entry.at]),
    [
      [1, null, { line: 1, column: 4 }],
      [3, 't', { line: 1, column: 11 }],
    ],
  );
  t.deepEqual(a!.properties.get('k k'), { value: 4, tag: null, at: { line: 1, column: 16 } });
  t.deepEqual(b!.at, { line: 3, column: 3 });
  t.deepEqual(b!.properties.get('c')?.at, { line: 4, column: 2 });
  t.deepEqual(d!.at, { line: 7, column: 1 });
  t.is(d!.tag, 'type');
  t.deepEqual(d!.properties.get('e')?.at, { line: 7, column: 12 });
  t.deepEqual(d!.values[1]?.at, { line: 7, column: 16 });
});

const mistakes = test.macro((t: ExecutionContext, text: string, place: string, problem: RegExp) => {
  const error = t.throws(() => parse(text), { instanceOf: KdlError })!;
  t.is(error.code, 1);
  t.is(`${error.at.line}:${error.at.column}`, place);
  t.regex(error.problem, problem);
  t.is(error.message, `/x/a.kdl:${place}: ${error.problem}`);
});

const wrong: [string, string, RegExp][] = [
  ['a {\n  b {\n}', '1:3', /"\{" is never closed/],
  ['a\n}', '2:1', /closes nothing/],
  ['a "open\nb', '1:3', /not closed on its line/],
  ['a "open', '1:3', /never closed/],
  ['a """\nopen', '1:3', /never closed/],
  ['a """open"""', '1:6', /next line/],
  ['a """\n  b\n c\n  """', '1:3', /same white space/],
  ['a #"""\n  b\n c\n  """#', '1:3', /same white space/],
  ['a #"open\n"#', '1:3', /not closed on its line/],
  ['a ##"open"#', '1:3', /never closed/],
  ['a\nb "x\\q"', '2:5', /no such escape/],
  ['a "\\u{d800}"', '1:4', /no character/],
  ['a "\\u{110000}"', '1:4', /no character/],
  ['a true', '1:3', /write #true, or "true"/],
  ['a b=null', '1:5', /write #null/],
  ['a #yes', '1:3', /"#" begins/],
  ['a 1.2.3', '1:3', /"1\.2\.3" is no number/],
  ['a 2h', '1:3', /must stand in quotes/],
  ['a .5', '1:3', /is no number/],
  ['a 99999999999999999999', '1:3', /too large to be kept exactly/],
  ['a 0xfffffffffffffffff', '1:3', /too large/],
  ['a 1e999', '1:3', /too large/],
  ['a [b]', '1:3', /must stand in quotes/],
  ['a /b', '1:3', /a comment begins with/],
  ['/* /* */', '1:1', /comment is never closed/],
  ['a "b"c', '1:6', /a space must stand between values/],
  ['a = 1', '1:3', /belongs to no name/],
  ['a b=', '1:5', /a value is missing/],
  ['a b=;', '1:5', /a value is missing/],
  ['a /-', '1:5', /ends where a value should stand/],
  ['a (t', '1:3', /unexpected \(/],
  ['a b=\nc', '1:5', /a value is missing/],
  ['1 2', '1:1', /unexpected 1/],
  ['a\tb=1\tb=2', '1:7', /"b" is given twice/],
  ['a "\\u{62}"=1 b=2', '1:14', /"b" is given twice/],
  ['a __proto__=1', '1:3', /can be called __proto__/],
  ['a "\u001b[0m"', '1:4', /U\+001B must be written \\u\{001b\}/],
  ['a \ud800', '1:3', /U\+D800/],
  ['a "\\u{1f600}\\u{1f600}" b=c=d', '1:27', /"=" belongs to no name/],
];
for (const [text, place, problem] of wrong) {
  test(`a mistake is told with its place: ${JSON.stringify(text)}`, mistakes, text, place, problem);
}

/** Any text that Unicode allows, rich in what KDL takes as special. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme-composite', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(...'"#\\/*-{}()=;\n\r\t \u0085\u2028\u200e\u2066\ufeff\u0000\u001b\u007f1.e_tu😀'),
    maxLength: 12,
  }),
  fc.constantFrom('true', '-inf', 'null', '1', '-.5', '+x', '', 'r', '"""', 'constructor', 'toString'),
);
const value: fc.Arbitrary<KdlValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  // Minus zero is printed without its sign.
  fc.double().map(number => (number === 0 ? 0 : number)),
);
const tag = fc.option(text, { nil: null, freq: 4 });
const { nodes } = fc.letrec<{ node: KdlNode; nodes: KdlNode[] }>(tie => ({
  nodes: fc.array(tie('node'), { maxLength: 3 }),
  node: fc
    .record({
      name: text,
      tag,
      values: fc.array(fc.tuple(value, tag), { maxLength: 3 }),
      properties: fc.array(fc.tuple(text, value, tag), { maxLength: 3 }),
      children: fc.oneof({ maxDepth: 3 }, fc.constant<KdlNode[]>([]), tie('nodes')),
    })
    .map(made => ({
      ...makeNode(made.name),
      tag: made.tag,
      values: made.values.map(([value, tag]) => ({ value, tag, at: { line: 1, column: 1 } })),
      properties: new Map(
        made.properties
          .filter(([key]) => key !== '__proto__')
          .map(([key, value, tag]) => [key, { value, tag, at: { line: 1, column: 1 } }]),
      ),
      children: made.children,
    })),
}));

test('what is printed is read as the same', t => {
  fc.assert(
    fc.property(nodes, made => {
      t.deepEqual(plain(parse(printDocument(made))), plain(made));
    }),
    { numRuns: 300 },
  );
});

test('half a surrogate pair becomes U+FFFD', t => {
  t.is(firstValue(printDocument([makeNode('a', ['x\ud83dy'])])), 'x\ufffdy');
});

const REAL = `// mine
session "fix-nav" color="red" {
    agent "claude"
    conversation "7b1c"            // the agent's own
    dir #"/home/me/\\odd"#
    base "main" commit="2f9c"
    worktree #true
    purpose """
        one "two"
          three \\u{1f600}
        """
    config permission-mode="auto" max=0x1f /- gone=1
    /- created "2026"
    future (v2)1 { x /* y */; z -1.5e3 }
}
`;

/** A real document with a few small things done to it: a piece taken out, put in, or doubled. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(REAL.length),
      length: fc.nat(12),
      by: fc.oneof(
        text,
        fc.constantFrom('"', '#"', '"""', '#"""\n', '/-', '/*', '*/', '{', '}', '\\', '(', '=', '\n'),
      ),
    }),
    { maxLength: 4 },
  )
  .map(changes =>
    changes.reduce((all, { at, length, by }) => all.slice(0, at) + by + all.slice(at + length), REAL),
  );

test('any text is either read, and can be printed and read again, or a KdlError with a place in it', t => {
  let read = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' }), mutated), source => {
      let found: KdlNode[];
      try {
        found = parse(source);
      } catch (error) {
        if (!(error instanceof KdlError)) throw error;
        const lines = source.split(/\r\n|\n|\r/);
        t.true(error.at.line >= 1 && error.at.line <= lines.length);
        t.true(
          error.at.column >= 1 && error.at.column <= lines[error.at.line - 1]!.length + 1,
          error.message,
        );
        refused += 1;
        return;
      }
      t.deepEqual(plain(parse(printDocument(found))), plain(found));
      t.true(placesAgree(source, found), source);
      read += 1;
    }),
    { numRuns: 1500 },
  );
  // Both kinds must have come up for this test to mean anything.
  t.true(read > 100 && refused > 100, `${read} read, ${refused} refused`);
});

/** Does a node's name stand where the node is said to stand? Only checked for names without quotes. */
function placesAgree(source: string, found: readonly KdlNode[]): boolean {
  const lines = source.split(/\r\n|\n|\r/);
  return found.every(node => {
    const rest = lines[node.at.line - 1]?.slice(node.at.column - 1) ?? '';
    return (/^["#(]/.test(rest) || rest.startsWith(node.name)) && placesAgree(source, node.children);
  });
}

test('limits: length, number of things, depth', t => {
  t.throws(() => parse(`a "${'x'.repeat(KDL_LENGTH_LIMIT)}"`), { message: /longer than/ });
  t.is(String(firstValue(`a "${'x'.repeat(KDL_LENGTH_LIMIT - 10)}"`)).length, KDL_LENGTH_LIMIT - 10);
  t.throws(() => parse('a;'.repeat(KDL_COUNT_LIMIT + 1)), { message: /more than 1000 nodes/ });
  t.is(parse('a;'.repeat(KDL_COUNT_LIMIT)).length, KDL_COUNT_LIMIT);
  t.throws(() => parse('\n'.repeat(30_000)), { message: /more than 20000 lines/ });
  t.throws(() => parse('a {'.repeat(5000)), { message: /nested more than 32 deep/ });
  t.throws(() => parse('/*'.repeat(5000)), { message: /nested more than 32 deep/ });
});

/** Each of these is as large as the limits allow, or cost kdljs alone seconds. */
const slow: Record<string, string> = {
  'a session file a hundred times': REAL.repeat(60),
  arguments: `a ${'"x" '.repeat(990)}`,
  'arguments taken away': `a ${'/-b=1 '.repeat(990)}`,
  'lines of a string': `a """\n${'x\n'.repeat(19_000)}"""`,
  'lines of a string with a wrong margin': `a """\n${'x\n'.repeat(19_000)} """`,
  'lines of a raw string with a wrong margin': `a #"""\n${'x\n'.repeat(40_000)} """#`,
  quotes: `a """\n${'" '.repeat(19_000)}\n"""`,
  'wrong escapes': `a "${'\\q'.repeat(50_000)}"`,
  'number signs': '#'.repeat(100_000),
  'open raw strings': '#"""\n'.repeat(20_000),
  'open raw strings on one line': '#"'.repeat(50_000),
  brackets: '[]'.repeat(50_000),
  'a long string': `a "${'x'.repeat(990_000)}"`,
};
for (const [name, source] of Object.entries(slow)) {
  test.serial(`never slow: ${name}`, t => {
    const before = process.cpuUsage();
    try {
      parse(source);
    } catch (error) {
      t.true(error instanceof KdlError);
    }
    const { user, system } = process.cpuUsage(before);
    // 5 to 90 ms, of our own time since others may be busy as well; kdljs alone needs seconds for the worst.
    t.true((user + system) / 1000 < 1000, `${(user + system) / 1000} ms`);
  });
}
