/** What `--json` promises: the same keys whatever the state, absent ones as null. */
import { readFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { tell } from './story.js';

const LIST_KEYS = [
  ...['name', 'role_of', 'agent', 'status', 'waiting_for', 'dir', 'repo', 'worktree', 'branch', 'base'],
  ...['parent', 'role', 'purpose', 'conversation', 'created_at', 'turn', 'queued', 'held', 'last', 'diff'],
  ...['dirty', 'pr', 'window', 'pid', 'waiting_events'],
];
const TURN_KEYS = ['outcome', 'reason', 'message', 'duration_ms'];

function hasKeys(t: ExecutionContext, value: unknown, keys: readonly string[], what: string): void {
  t.deepEqual(Object.keys(value as object).sort(), [...keys].sort(), what);
}

test('list, show and new have the documented keys in every state', async t => {
  const story = await tell(t);
  const json = async (...args: string[]) => JSON.parse(await story.ok(...args, '--json')) as unknown;
  hasKeys(t, await json('--detach', 'shell'), LIST_KEYS, 'main');
  hasKeys(t, await json('new', 'one', '--agent', 'shell'), LIST_KEYS, 'created');
  hasKeys(
    t,
    await json('new', 'two', '--agent', 'shell', '-p', 'true', '--wait'),
    [...LIST_KEYS, ...TURN_KEYS],
    'waited for',
  );
  await json('run', 'one', 'until [ -e ~/go ]; do sleep 0.05; done');
  const working = await story.until('one', ({ status }) => status === 'working');
  hasKeys(t, working, [...LIST_KEYS, 'status_since', 'status_by', 'message'], 'show');
  hasKeys(t, working.turn, ['id', 'prompt_id', 'started_at', 'prompt'], 'turn');
  hasKeys(t, working.base, ['ref', 'commit'], 'base');
  const two = await story.until('two', ({ diff }) => diff !== null);
  hasKeys(t, two.last, ['turn', 'outcome', 'reason', 'message', 'ended_at', 'duration_ms'], 'last');
  hasKeys(t, two.diff, ['added', 'deleted'], 'diff');
  for (const session of await story.list()) hasKeys(t, session, LIST_KEYS, session.name);
  await story.run('touch', ['go']);
});

test('run, queue, stop, wait, discard and events have the documented keys', async t => {
  const story = await tell(t);
  const json = async (...args: string[]) => JSON.parse((await story.actor(...args, '--json')).stdout);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  const queued = await json('run', 'fix', 'true');
  hasKeys(t, queued, ['name', 'prompt_id', 'state', 'ahead'], 'run');
  t.like(queued, { name: 'fix', state: 'queued', ahead: 1 });
  hasKeys(t, (await json('queue', 'fix'))[0], ['id', 'prompt', 'queued_at', 'held'], 'queue');
  const [stopped] = await json('stop', 'fix', '--clear');
  hasKeys(t, stopped, ['name', 'stopped', 'dropped'], 'stop');
  hasKeys(t, stopped.dropped[0], ['id', 'prompt', 'queued_at', 'held'], 'dropped');
  const ended = await json('run', 'fix', '(exit 3)', '--wait');
  hasKeys(t, ended, ['name', 'prompt_id', 'state', 'ahead', ...TURN_KEYS], 'run --wait');
  t.like(ended, { outcome: 'failed', reason: 'exit_status', message: 'exit status 3' });
  const [settled] = await json('wait', 'fix');
  hasKeys(t, settled, ['name', 'status', 'outcome', 'reason', 'message'], 'wait');
  const [gone] = await json('discard', 'fix');
  hasKeys(t, gone, ['name', 'branch', 'commit', 'worktree'], 'discard');
  const events = await story.events();
  for (const event of events)
    hasKeys(
      t,
      event,
      [
        ...['id', 'time', 'session', 'parent', 'type', 'turn', 'outcome', 'reason', 'message'],
        ...['duration_ms', 'prompt_id', 'waiting_for', 'branch', 'diff', 'queued'],
      ],
      event.type,
    );
  t.deepEqual(
    events.map(({ type }) => type),
    ['created', 'started', 'turn-started', 'stopped', 'turn-started', 'failed', 'ended', 'discarded'],
  );
});

test('pid is the agent’s own process', async t => {
  const story = await tell(t);
  await story.make('fix');
  const own = await story.ok('run', 'fix', 'echo $$', '--wait');
  const { pid } = await story.show('fix');
  t.is(String(pid), own);
  t.is(await readFile(`/proc/${pid}/comm`, 'utf8'), 'bash\n');
});

test('an error is told on stderr only, with --json as without', async t => {
  const story = await tell(t);
  for (const args of [
    ['show', 'nobody'],
    ['run', 'nobody', 'true'],
    ['wait', 'nobody'],
  ]) {
    const { code, stdout, stderr } = await story.actor(...args, '--json');
    t.deepEqual([code, stdout], [3, ''], args[0]);
    t.regex(stderr, /^actor: no session nobody/);
  }
});
