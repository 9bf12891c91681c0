/** What the status line and the menu are told of sessions: marks, order, aligned columns, words, counts, and what is unread. */
import test from 'ava';
import {
  columnsOf,
  labelOf,
  type Mark,
  markOf,
  overview,
  type Shown,
  windowName,
  wordsOf,
} from '../../cli/daemon/window-facts.js';
import { apply } from '../../cli/domain/apply.js';
import { eventRecord } from '../../cli/domain/event.js';
import { ownView } from '../../cli/domain/view.js';
import { emptyWorld, newSession } from '../../cli/domain/world.js';
import type { Outcome } from '../../cli/protocol.js';
import { displayWidth } from '../../tmux/format.js';
import { definitionOf } from '../helpers/definition.js';

interface Facts extends Partial<Omit<Shown['view'], 'last'>> {
  since?: number;
  unread?: boolean;
  outcome?: Outcome;
  message?: string;
  main?: boolean;
}

/** A session as it is shown, idle since an hour unless told otherwise. */
function shown(name: string, facts: Facts = {}): Shown {
  const { since = 3_600_000, unread = false, outcome, message = null, main = false, ...view } = facts;
  const own = ownView(newSession(definitionOf({ name, main }), since));
  const last: Shown['view']['last'] = outcome
    ? { turn: 1, outcome, reason: null, message, ended_at: '', duration_ms: null }
    : null;
  return { view: { ...own, status: 'idle', last, ...view }, since, unread };
}

test('main comes first, then who waits for a person, then who works, then what changed last', t => {
  const sessions = [
    shown('old', { since: 1_000_000 }),
    shown('busy', { status: 'working', since: 1_000_000 }),
    shown('new', { since: 1_790_000_000_000 }),
    shown('main-b', { main: true, status: 'waiting', since: 1_000_000 }),
    shown('asks', { status: 'waiting', since: 1_000_000 }),
    shown('starts', { status: 'starting', since: 2_000_000 }),
    shown('main', { main: true, since: 2_000_000 }),
    shown('dead', { status: 'exited', since: 1_780_000_000_000 }),
    shown('a.b_c', { since: 500_000 }),
  ];
  const names = sessions.map(each => [windowName(each), each.view.name] as const);
  t.deepEqual(
    names.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name),
    ['main', 'main-b', 'asks', 'starts', 'busy', 'new', 'dead', 'old', 'a.b_c'],
  );
  for (const [name] of names) t.regex(name, /^[0-3][0-9a-z]{9}-[A-Za-z0-9-]+$/);
  t.regex(windowName(shown('far', { since: 9e14 })), /^3000000000-far$/);
});

test('of two that changed within a second the later one comes first', t => {
  const at = (name: string, since: number) => windowName(shown(name, { since }));
  t.true(at('nav', 1_795_518_732_900) < at('idle', 1_795_518_732_100));
});

test('what is wrong or at work has a mark, what ended well has none', t => {
  const marks: [Facts, Mark][] = [
    [{ status: 'waiting', outcome: 'failed' }, 'waiting'],
    [{ status: 'working', outcome: 'failed' }, 'working'],
    [{ status: 'starting' }, 'working'],
    [{ status: 'exited' }, 'failed'],
    [{ outcome: 'failed' }, 'failed'],
    [{ outcome: 'lost' }, 'failed'],
    [{ outcome: 'stopped' }, ''],
    [{ outcome: 'completed' }, ''],
    [{}, ''],
  ];
  for (const [facts, mark] of marks) t.is(markOf(shown('x', facts).view), mark, JSON.stringify(facts));
});

test('columns are equally wide, whatever stands in them', t => {
  const columns = columnsOf([
    shown('a'),
    shown('fix-nav', {
      diff: { added: 84, deleted: 12 },
      dirty: true,
      pr: { number: 7, url: '' },
      queued: 2,
    }),
    shown('n'.repeat(64), { diff: { added: 0, deleted: 0 }, held: 1 }),
  ]);
  t.is(new Set(columns.map(displayWidth)).size, 1);
  t.regex(columns[1]!, /^fix-nav {22}\[\+84 -12\] \* #7 2 queued *$/);
  t.regex(columns[2]!, /^n{27}… 1 held *$/);
  t.deepEqual(columnsOf([]), []);
});

test('words say why before what, are harmless, and cost no more for a long message', t => {
  const label = (facts: Facts) => labelOf(wordsOf(shown('x', facts).view));
  t.is(
    label({ status: 'waiting', waiting_for: 'permission', purpose: 'phones' }),
    'waits for you (permission): phones',
  );
  t.is(label({ outcome: 'failed', message: 'no #(touch x)\n\x1b[31mred' }), 'failed: no ♯(touch x) [31mred');
  t.is(label({ status: 'exited' }), 'exited');
  t.is(label({ outcome: 'completed', message: 'done' }), 'done');
  t.is(label({}), '');
  t.true(wordsOf(shown('x', { outcome: 'completed', message: 'x'.repeat(1e6) }).view).length < 1000);
});

test('counts: nothing is empty, and only unread failures count', t => {
  t.deepEqual(overview([shown('main', { main: true })], [], { waiting: 0, areHeld: true }), {
    '@actor_waiting': '',
    '@actor_who': '',
    '@actor_failed': '',
    '@actor_working': '',
    '@actor_events': '',
    '@actor_held': '',
    '@actor_summary': '1 session',
    '@actor_others': '',
  });
  const sessions = [
    shown('a', { status: 'waiting' }),
    shown('b', { status: 'waiting' }),
    shown('c', { status: 'working' }),
    shown('d', { outcome: 'failed', unread: true }),
    shown('e', { outcome: 'failed' }),
  ];
  const others = [
    { name: 'old', status: 'ended', since: 1 },
    { name: 'fix.it', status: 'created', since: 3 },
  ] as const;
  t.deepEqual(overview(sessions, others, { waiting: 2, areHeld: true }), {
    '@actor_waiting': '2',
    '@actor_who': 'a, b',
    '@actor_failed': '1',
    '@actor_working': '1',
    '@actor_events': '2',
    '@actor_held': '1',
    '@actor_summary': '5 sessions, 2 wait for you, 1 at work, 2 without a window (o)',
    '@actor_others': `'fix.it  created' '1' '#{E:@actor_start} fix.it' 'old     ended' '2' '#{E:@actor_start} old'`,
  });
});

test('of many sessions without a window nine can be chosen, and the others are counted', t => {
  const many = Array.from({ length: 12 }, (_, index) => ({
    name: `s-${index}`,
    status: 'created' as const,
    since: index,
  }));
  const { '@actor_others': items = '' } = overview([], many, { waiting: 0, areHeld: false });
  t.regex(items, /^'s-11 {2}created' '1' .* 's-3 {3}created' '9' '[^']*' '-3 more: actor list' '' ''$/);
});

test('what waits, failed or exited is unread until it is seen, or goes on by itself', t => {
  const world = emptyWorld();
  apply(world, { kind: 'defined', time: 1, definition: definitionOf({ name: 'fix' }) });
  const session = world.sessions.get('fix')!;
  const happens = (facts: Parameters<typeof eventRecord>[3]) =>
    apply(world, { ...eventRecord(world, session, 'a test', facts), time: 2 });
  const steps: [() => void, boolean][] = [
    [() => happens({ type: 'turn-started', turn: 1 }), false],
    [() => happens({ type: 'needs-input', waiting_for: 'permission', turn: 1 }), true],
    [() => apply(world, { kind: 'seen', session: 'fix', time: 3 }), false],
    [() => happens({ type: 'needs-input', waiting_for: 'question', turn: 1 }), true],
    [() => apply(world, { kind: 'resumed', session: 'fix', time: 3, by: 'a test' }), false],
    [() => happens({ type: 'failed', outcome: 'failed', turn: 1 }), true],
    [() => happens({ type: 'turn-started', turn: 2 }), false],
    [() => happens({ type: 'completed', outcome: 'completed', turn: 2 }), false],
    [() => happens({ type: 'exited' }), true],
    [() => apply(world, { kind: 'seen', session: 'fix', time: 3 }), false],
    [() => happens({ type: 'ended' }), false],
  ];
  for (const [index, [step, isUnread]] of steps.entries()) {
    step();
    t.is(session.unread ?? false, isUnread, `step ${index}`);
  }
});
