/** A main that does its work through its tools: nothing is typed by the test but the first prompt. */
import test from 'ava';
import { kill, withStage } from '../stage.js';

/** A line by which the stub's model uses a tool of actor. */
const use = (tool: string, input: object) => `USE:mcp__actor__${tool} ${JSON.stringify(input)}`;

/** A prompt whose answer holds this line: a directive for whoever is told the answer, not for whoever is asked. */
const answering = (text: string, line: string) =>
  `REPLY64:${Buffer.from(`${text}\n${line}`).toString('base64')}`;

const idle = ({ status }: { status: string }) => status === 'idle';

test('main spawns three, hears of three, has one reworked, discards two', async t => {
  const stage = await withStage(t);
  const config = { 'permission-mode': 'bypassPermissions' };
  // What main does at a completion, the stub's model reads in the completion itself.
  const discards = answering('alpha is as it should be', use('discard', { names: ['alpha', 'gamma'] }));
  const rework = answering('alpha, first version', use('run', { name: 'alpha', prompt: discards }));
  const first = [
    use('new', { name: 'alpha', agent: 'claude', config, purpose: 'the first part', prompt: rework }),
    use('new', {
      name: 'beta',
      agent: 'claude',
      config,
      purpose: 'the second part',
      prompt: 'REPLY:beta is done',
    }),
    use('new', { name: 'gamma', agent: 'shell', purpose: 'the tests', prompt: 'echo 3 passed' }),
  ].join('\n');
  await stage.actor('--detach', 'claude', '--dangerously-skip-permissions', first);

  const discarded = await Promise.all(['alpha', 'gamma'].map(name => stage.event(name, 'discarded')));
  t.deepEqual(
    discarded.map(({ parent }) => parent),
    ['main', 'main'],
  );
  const completed = [
    await stage.event('alpha', 'completed', 1),
    await stage.event('alpha', 'completed', 2),
    await stage.event('beta', 'completed'),
    await stage.event('gamma', 'completed'),
  ];
  t.is(completed[1]!.message?.split('\n')[0], 'alpha is as it should be');
  await stage.isTold('main', completed);
  const left = JSON.parse(await stage.actor('list', '--json')) as { name: string; parent: string | null }[];
  t.deepEqual(
    left.map(({ name, parent }) => [name, parent]),
    [
      ['main', null],
      ['beta', 'main'],
    ],
  );
  for (const branch of ['alpha', 'beta'])
    t.is((await stage.arena.run('git', ['-C', stage.repo, 'rev-parse', '-q', '--verify', branch])).code, 0);
});

test('main is killed in the middle: the next one knows the sessions, and what waited', async t => {
  const stage = await withStage(t);
  const config = { 'permission-mode': 'bypassPermissions' };
  const first = [
    use('new', {
      name: 'alpha',
      agent: 'claude',
      config,
      purpose: 'the first part',
      prompt: 'REPLY:alpha is done',
    }),
    use('new', {
      name: 'beta',
      agent: 'shell',
      purpose: 'the second part',
      prompt: 'until [ -e ~/go ]; do sleep 0.1; done',
    }),
  ].join('\n');
  await stage.actor('--detach', 'claude', '--dangerously-skip-permissions', first);
  const alpha = await stage.event('alpha', 'completed');
  await stage.isTold('main', [alpha]);
  await stage.eventually(() => stage.show('main'), idle);
  const { pid } = await stage.show('main');
  await kill(pid!);
  await stage.reaches('main', 'exited');
  await stage.arena.run('touch', ['go']);
  const beta = await stage.event('beta', 'completed');

  await stage.startMain();
  await stage.isTold('main', [beta]);
  const text = JSON.stringify(await stage.transcript('main'));
  t.regex(text, /- alpha — the first part \(idle; claude; branch alpha/);
  t.regex(text, /- beta — the second part \(idle; shell; branch beta/);
});
