import test from 'ava';
import type { SessionView } from '../../cli/protocol.js';
import { type Story, tell } from './story.js';

const LIST = [
  ...['name', 'role_of', 'agent', 'status', 'waiting_for', 'dir', 'repo', 'worktree', 'branch', 'base'],
  ...['parent', 'role', 'purpose', 'conversation', 'created_at', 'turn', 'queued', 'held', 'last', 'diff'],
  ...['dirty', 'pr', 'window', 'pid', 'waiting_events'],
];
const TURN = ['outcome', 'reason', 'message', 'duration_ms'];

/** The keys of what a command prints with --json: of the object, or of the one object in the array. */
async function keysOf(story: Story, ...args: string[]): Promise<string[]> {
  const value: unknown = JSON.parse((await story.actor(...args, '--json')).stdout);
  const [only] = Array.isArray(value) ? value : [value];
  return Object.keys(only as object).sort();
}

test.serial(
  'list and new print the documented keys, of a session that was never started as of one that worked',
  async t => {
    const story = await tell(t);
    t.deepEqual(await keysOf(story, 'new', 'fresh', '--agent', 'shell'), LIST.toSorted());
    t.deepEqual(await keysOf(story, 'list'), LIST.toSorted());
    await story.make('fix', 'true');
    await story.ok('wait', 'fix');
    const sessions = JSON.parse(await story.ok('list', '--json')) as SessionView[];
    for (const session of sessions) t.deepEqual(Object.keys(session).sort(), LIST.toSorted());
    t.deepEqual(Object.keys(sessions[1]!.last!).sort(), ['turn', 'ended_at', ...TURN].sort());
    t.deepEqual(Object.keys(sessions[1]!.base!).sort(), ['commit', 'ref']);
  },
);

test.serial('list --json has the running turn', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  const [{ turn } = { turn: null }] = JSON.parse(await story.ok('list', '--json')) as SessionView[];
  t.deepEqual(Object.keys(turn!).sort(), ['id', 'prompt', 'prompt_id', 'started_at']);
  t.deepEqual([turn!.id, turn!.prompt], [1, 'sleep 60']);
});

test.serial('show --json adds what the status rests on', async t => {
  const story = await tell(t);
  await story.make('fix');
  t.deepEqual(await keysOf(story, 'show', 'fix'), [...LIST, 'status_since', 'status_by', 'message'].sort());
});

test.serial('new --wait and run --wait add how the turn ended', async t => {
  const story = await tell(t);
  t.deepEqual(
    await keysOf(story, 'new', 'fix', 'true', '--agent', 'shell', '--wait'),
    [...LIST, ...TURN].sort(),
  );
  const RUN = ['name', 'prompt_id', 'state', 'ahead'];
  t.deepEqual(await keysOf(story, 'run', 'fix', 'true'), RUN.toSorted());
  t.deepEqual(await keysOf(story, 'run', 'fix', 'true', '--wait'), [...RUN, ...TURN].sort());
});

test.serial('wait, queue, stop and discard print arrays with the documented keys', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'true');
  t.deepEqual(await keysOf(story, 'queue', 'fix'), ['held', 'id', 'prompt', 'queued_at']);
  t.deepEqual(await keysOf(story, 'stop', 'fix', '--clear'), ['dropped', 'name', 'stopped']);
  t.deepEqual(await keysOf(story, 'wait', 'fix'), ['message', 'name', 'outcome', 'reason', 'status']);
  t.deepEqual(await keysOf(story, 'discard', 'fix'), ['branch', 'commit', 'name', 'worktree']);
  t.is(await story.ok('list', '--json'), '[]');
});

test.serial('an error prints nothing on stdout, even with --json', async t => {
  const story = await tell(t);
  for (const args of [
    ['show', 'nobody'],
    ['run', 'nobody', 'x'],
    ['stop', 'nobody'],
    ['discard', 'nobody'],
    ['wait', 'nobody'],
  ]) {
    const { code, stdout, stderr } = await story.actor(...args, '--json');
    t.deepEqual([code, stdout], [3, ''], args.join(' '));
    t.regex(stderr, /^actor: no session nobody\n/);
  }
});
