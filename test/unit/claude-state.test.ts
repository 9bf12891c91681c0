import test from 'ava';
import { claude } from '../../cli/agents/claude.js';
import { view } from './claude-fixtures.js';

const SINCE = 1_795_476_000_000;
const known = { ...view, definition: { ...view.definition, conversation: 'c1' } };
const state = (more: object, now = SINCE + 10_000) =>
  claude.state(JSON.stringify({ sessionId: 'c1', statusUpdatedAt: SINCE, ...more }), known, now);

test('the file of this pid, in the config folder of this environment', t => {
  t.is(claude.stateFile(view), '/home/me/.claude/sessions/4711.json');
  t.is(
    claude.stateFile({ ...view, env: { HOME: '/home/me', CLAUDE_CONFIG_DIR: '/c' } }),
    '/c/sessions/4711.json',
  );
});

test('at rest: ready, and an open turn is over', t => {
  for (const status of ['idle', 'shell'])
    t.deepEqual(
      state({ status }).map(each => each.type),
      ['ready', 'turn-ended'],
    );
  t.like(state({ status: 'idle' })[1], { outcome: 'stopped', at: SINCE, source: 'state' });
});

test("an ending waits until the Stop hook's file must have come, and then still counts", t => {
  const early = state({ status: 'idle' }, SINCE + 399);
  t.deepEqual(
    early.map(each => each.type),
    ['ready'],
  );
  const late = state({ status: 'idle' }, SINCE + 400);
  t.true(late[1]!.position! > early[0]!.position!);
});

test('every change of state has its own place', t => {
  const next = claude.state(
    JSON.stringify({ sessionId: 'c1', status: 'busy', statusUpdatedAt: SINCE + 1 }),
    known,
    SINCE,
  );
  t.true(next[0]!.position! > state({ status: 'idle' })[1]!.position!);
});

for (const [text, waitingFor] of [
  ['permission prompt', 'permission'],
  ['sandbox request', 'permission'],
  ['input needed', 'question'],
  ['goal proposal', 'question'],
] as const)
  test(`waiting: ${text}`, t => {
    t.like(state({ status: 'waiting', waitingFor: text })[0], { type: 'waiting', for: waitingFor });
  });

test('a menu that the person opened asks nobody for anything', t => {
  t.deepEqual(state({ status: 'waiting', waitingFor: 'dialog open' }), []);
});

test('working again', t => {
  t.deepEqual(
    state({ status: 'busy' }).map(each => each.type),
    ['resumed'],
  );
});

test('another conversation is told, with the place of its transcript', t => {
  t.like(state({ status: 'busy', sessionId: 'c2' })[0], {
    type: 'conversation',
    id: 'c2',
    transcript: '/home/me/.claude/projects/-home-me-repo/c2.jsonl',
    position: null,
  });
});

test('no file, half a file, another shape: nothing', t => {
  for (const content of [
    null,
    '',
    '{"status":"idle","statusUpd',
    '[]',
    '{"status":"idle"}',
    '{"status":7,"statusUpdatedAt":"x"}',
  ])
    t.deepEqual(claude.state(content, known, SINCE), []);
});
