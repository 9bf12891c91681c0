/** A main that does its work through its tools: nothing is typed by the test but the first prompt. */
import test from 'ava';
import type { RealAgent } from '../install.js';
import { kill, withStage } from '../stage.js';

/** A line by which the stub's model uses a tool of actor. */
const use: Record<RealAgent, (tool: string, input: object) => string> = {
  claude: (tool, input) => `USE:mcp__actor__${tool} ${JSON.stringify(input)}`,
  codex: (tool, input) => `MCP:${tool} ${JSON.stringify(input)}`,
};

/** What lets a session of this agent run tools unasked, as `new` takes it. */
const CONFIG: Record<RealAgent, object> = {
  claude: { 'permission-mode': 'bypassPermissions' },
  codex: { sandbox: 'danger-full-access', 'ask-for-approval': 'never' },
};

/** A prompt whose answer holds this line: a directive for whoever is told the answer, not for whoever is asked. */
const answering = (text: string, line: string) =>
  `REPLY64:${Buffer.from(`${text}\n${line}`).toString('base64')}`;

const idle = ({ status }: { status: string }) => status === 'idle';

for (const [main, alpha, beta] of [
  ['claude', 'claude', 'claude'],
  ['claude', 'codex', 'claude'],
  ['codex', 'codex', 'claude'],
] as const)
  test.serial(
    `a ${main} main spawns a ${alpha}, a ${beta} and a shell, hears of all, has one reworked, discards two`,
    async t => {
      const stage = await withStage(t, {
        agents: main === 'claude' ? ['claude', 'codex'] : ['codex', 'claude'],
      });
      const tool = use[main];
      // What main does at a completion, the stub's model reads in the completion itself.
      const discards = answering('alpha is as it should be', tool('discard', { names: ['alpha', 'gamma'] }));
      const rework = answering('alpha, first version', tool('run', { name: 'alpha', prompt: discards }));
      const session = (name: string, agent: RealAgent, purpose: string, prompt: string) =>
        tool('new', { name, agent, config: CONFIG[agent], purpose, prompt });
      // In one answer: an event that comes in between gives the stub's model something else to do.
      const first = [
        'TOGETHER:',
        session('alpha', alpha, 'the first part', rework),
        session('beta', beta, 'the second part', 'REPLY:beta is done'),
        tool('new', { name: 'gamma', agent: 'shell', purpose: 'the tests', prompt: 'echo 3 passed' }),
      ].join('\n');
      await stage.startMain(main, first);

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
      const left = JSON.parse(await stage.actor('list', '--json')) as {
        name: string;
        parent: string | null;
      }[];
      t.deepEqual(
        left.map(({ name, parent }) => [name, parent]),
        [
          ['main', null],
          ['beta', 'main'],
        ],
      );
      for (const branch of ['alpha', 'beta'])
        t.is(
          (await stage.arena.run('git', ['-C', stage.repo, 'rev-parse', '-q', '--verify', branch])).code,
          0,
        );
    },
  );

for (const main of ['claude', 'codex'] as const)
  test.serial(
    `a ${main} main makes five sessions in one answer: each is its own, and of its own name`,
    async t => {
      const stage = await withStage(t, { agents: [main] });
      // Without a wait: the prompt comes while it is still starting.
      await stage.startMain(main, null);
      const names = ['a', 'b', 'c', 'd', 'e'];
      const lines = names.map(name =>
        use[main]('new', { name, agent: 'shell', prompt: `echo ${name} is done` }),
      );
      await stage.actor('run', 'main', '-', { input: ['TOGETHER:', ...lines].join('\n') });
      const completed = await Promise.all(names.map(name => stage.event(name, 'completed')));
      t.deepEqual(
        completed.map(({ session, parent }) => [session, parent]),
        names.map(name => [name, 'main']),
      );
      await stage.isTold('main', completed);
    },
  );

test.serial('main is killed in the middle: the next one knows the sessions, and what waited', async t => {
  const stage = await withStage(t);
  const config = { 'permission-mode': 'bypassPermissions' };
  const first = [
    use.claude('new', {
      name: 'alpha',
      agent: 'claude',
      config,
      purpose: 'the first part',
      prompt: 'REPLY:alpha is done',
    }),
    use.claude('new', {
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
  const roster = [
    '- alpha — the first part (idle; claude; branch alpha',
    '- beta — the second part (idle; shell; branch beta',
  ];
  await stage.eventually(
    async () => JSON.stringify(await stage.transcript('main')),
    text => roster.every(line => text.includes(line)),
  );
});
