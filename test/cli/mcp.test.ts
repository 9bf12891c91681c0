/** `actor mcp` as it is built, between a real MCP client and a real daemon: shells as agents, in their worktrees. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import test, { type ExecutionContext } from 'ava';
import type { QueuedPrompt, SessionView } from '../../cli/protocol.js';
import { daemonsOf } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually, holds } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** For one call, in milliseconds: fifty at once on a busy machine take their time. */
const PATIENCE = 120_000;

interface Result {
  isError: boolean;
  content: Record<string, unknown>;
  text: string;
}

type Call = (tool: string, args?: Record<string, unknown>) => Promise<Result>;

/** A server as the agent of this session would start it. */
async function serverOf(
  t: ExecutionContext,
  story: Story,
  session: string,
  env: Record<string, string> = {},
) {
  const client = new Client({ name: 'test', version: '1.0.0' });
  t.teardown(() => client.close());
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(packageRoot, 'dist', 'mcp.mjs')],
    cwd: story.repo,
    env: { ...story.env, ACTOR_NAME: session, ...env },
  });
  await client.connect(transport);
  const call: Call = async (name, args = {}) => {
    const result = await client.callTool({ name, arguments: args }, undefined, { timeout: PATIENCE });
    return {
      isError: result.isError === true,
      content: result.structuredContent as Record<string, unknown>,
      text: (result.content as { text: string }[])[0]!.text,
    };
  };
  return { client, call, pid: transport.pid! };
}

/** A world with a shell as main, and main's server. */
async function withMain(t: ExecutionContext) {
  t.timeout(4 * PATIENCE);
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  return { story, ...(await serverOf(t, story, 'main')) };
}

const json = async (story: Story, ...args: string[]) =>
  JSON.parse(await story.ok(...args, '--json')) as unknown;

test.serial('a session from its making to its end, with the results of the command line', async t => {
  const { story, call } = await withMain(t);
  const made = await call('new', {
    prompt: 'echo one',
    agent: 'shell',
    purpose: 'to echo',
    config: { a: 'x', b: null },
  });
  t.like(made.content, { name: 'echo-one', parent: 'main', branch: 'echo-one', purpose: 'to echo' });
  t.regex(made.text, /^branch echo-one from main .*\ncreated echo-one: shell, branch echo-one, in /);
  t.regex(made.text, /will arrive by itself as an <actor-event> message/);
  const name = 'echo-one';
  await story.until(name, ({ last }) => last?.message === 'one');

  // What a checkout holds is learnt beside: it may come between the two looks.
  const both = async (tool: string, args: Record<string, unknown>, ...words: string[]) =>
    eventually(
      async () => {
        const told = await call(tool, args);
        return { told, content: told.content, printed: await json(story, tool, ...words) };
      },
      ({ content, printed }) =>
        isDeepStrictEqual(content, Array.isArray(printed) ? { sessions: printed } : printed),
    );
  await both('list', {});
  t.deepEqual((await call('list', { status: 'exited' })).content, { sessions: [] });
  const { told: shown } = await both('show', { name }, name);
  t.regex(shown.text, /^name: +echo-one\n/);
  t.true(shown.text.endsWith('its last message:\none'));
  t.deepEqual((await call('logs', { name })).content, { entries: await json(story, 'logs', name) });
  t.regex((await call('peek', { name })).text, /^one$/m);

  const run = await call('run', { name, prompt: 'sleep 60' });
  t.like(run.content, { name, state: 'submitted', ahead: 0 });
  await story.until(name, ({ status }) => status === 'working');
  const queued = await call('run', { name, prompt: 'echo later' });
  t.like(queued.content, { name, state: 'queued', ahead: 1 });
  t.deepEqual((await call('queue', { name })).content, { prompts: await json(story, 'queue', name) });
  await call('run', { name, prompt: 'echo dropped' });
  const id = (await story.queue(name)).at(-1)!.id;
  const { dropped } = (await call('queue', { name, cancel: id })).content as { dropped: QueuedPrompt[] };
  t.deepEqual(
    dropped.map(({ prompt }) => prompt),
    ['echo dropped'],
  );
  const stopped = await call('stop', { names: [name], clear: true });
  t.like(stopped.content, { stopped: [{ name, stopped: true }] });
  t.regex(stopped.text, /^stopped echo-one\ndropped of echo-one:\n.*echo later$/);

  const changed = await call('config', { name, changes: { color: 'blue', deep: true, a: null } });
  t.regex(changed.text, /^echo-one runs: this counts from its agent's next start\n/);
  t.deepEqual(await json(story, 'config', name), {
    name,
    entries: [
      { key: 'color', value: 'blue', source: 'actor config' },
      { key: 'deep', value: true, source: 'actor config' },
    ],
    running: true,
  });
  t.is(await story.ok('config', name, 'deep'), '#true');
  t.deepEqual((await call('roles')).content, { roles: await json(story, 'roles') });

  const { dir } = await story.show(name);
  await writeFile(join(dir, 'notes.txt'), 'unsaved\n');
  const refused = await call('discard', { names: [name] });
  t.true(refused.isError);
  t.is(refused.content.code, 4);
  t.regex(
    refused.text,
    /1 untracked file: notes\.txt\nhint: commit it, or: ask the user; only with their word/,
  );
  const discarded = await call('discard', { names: [name], force: true });
  t.like(discarded.content, { discarded: [{ name, branch: name, worktree: dir }] });
  t.regex(discarded.text, /^kept for 7 days: .*\ndiscarded echo-one; branch echo-one/m);
  t.deepEqual(
    (await story.list()).map(each => each.name),
    ['main'],
  );
});

test.serial('errors are those of the command line, and what must not be done is not hinted at', async t => {
  const { story, call } = await withMain(t);
  await call('new', { name: 'fix', agent: 'shell' });
  for (const [tool, args, command] of [
    ['show', { name: 'nobody' }, ['show', 'nobody']],
    ['new', { name: 'fix' }, ['new', 'fix']],
    ['new', { name: 'x', agent: 'cat' }, ['new', 'x', '--agent', 'cat']],
    ['new', { name: 'x', dir: story.home }, ['new', 'x', '--dir', story.home]],
    ['new', { name: 'x', dir: 'nowhere' }, ['new', 'x', '--dir', 'nowhere']],
    ['queue', { name: 'fix', cancel: 'p99' }, ['queue', 'fix', '--cancel', 'p99']],
    ['peek', { name: 'fix' }, ['peek', 'fix']],
  ] as const) {
    const told = await call(tool, args);
    const { code, stderr } = await story.actor(...command);
    t.true(told.isError, told.text);
    t.is(told.content.code, code, told.text);
    t.is(told.text.split('\n')[0], stderr.split('\n')[0]!);
  }
  t.is((await call('new', { name: 'x', dir: story.home })).content.hint, 'new with worktree: false');
  const taken = await call('new', { name: 'fix', prompt: 'true', agent: 'shell' });
  t.is(taken.content.hint, 'run with name: "fix", prompt: "…"');
});

/** A value of each type, none of which is right where another one belongs. */
const WRONG: Record<string, unknown[]> = {
  string: [5, true, null, ['a'], { a: 'b' }],
  boolean: ['true', 0, null, []],
  integer: ['5', -1, 1.5, null, 1e300],
  array: ['a', [], [5], [''], null, { 0: 'a' }],
  object: ['a=b', ['a'], null, { a: {} }, { a: [1] }],
};

test.serial(
  'what the schemas do not allow is refused with its name, tool by tool, and does nothing',
  async t => {
    const { story, client, call } = await withMain(t);
    const { tools } = await client.listTools();
    t.is(tools.length, 11);
    const before = await story.list();
    for (const { name: tool, inputSchema } of tools) {
      const properties = (inputSchema.properties ?? {}) as Record<string, { type: string }>;
      const required = inputSchema.required ?? [];
      const right = Object.fromEntries(
        required.map(key => [key, properties[key]!.type === 'array' ? ['main'] : 'main']),
      );
      const wrongs: [string, Record<string, unknown>][] = [
        ['nonsense', { ...right, nonsense: 1 }],
        ...required.map((key): [string, Record<string, unknown>] => {
          const { [key]: _, ...others } = right;
          return [key, others];
        }),
        ...Object.entries(properties).flatMap(([key, { type }]) =>
          WRONG[type]!.map((value): [string, Record<string, unknown>] => [key, { ...right, [key]: value }]),
        ),
      ];
      for (const [key, args] of wrongs) {
        const result = await call(tool, args);
        const what = `${tool} ${JSON.stringify(args)}: ${result.text}`;
        t.true(result.isError, what);
        t.is(result.content.code, 2, what);
        t.regex(result.text, new RegExp(`^actor: [^\\n]*\\b${key}\\b`), what);
      }
    }
    t.deepEqual(await story.list(), before);
  },
);

test.serial(
  'fifty calls of two agents at once, with no daemon: each has its answer, and its own children',
  async t => {
    const { story, call } = await withMain(t);
    await story.make('boss', 'true');
    await story.ok('wait', 'boss');
    const boss = await serverOf(t, story, 'boss');
    await story.ok('daemon', 'stop');
    const ask = async (whose: Call, index: number) => {
      const shows = index >= 5;
      const { content } = shows
        ? await whose('show', { name: index % 2 ? 'main' : 'boss' })
        : await whose('new', { prompt: 'true', agent: 'shell' });
      if (content.name === undefined) throw new Error(`call ${index}: ${JSON.stringify(content)}`);
      return content.name;
    };
    const names = (of: Call) => Promise.all(Array.from({ length: 25 }, (_, index) => ask(of, index)));
    const [mains, bosses] = await Promise.all([names(call), names(boss.call)]);
    for (const answers of [mains, bosses])
      t.deepEqual(
        answers.slice(5),
        Array.from({ length: 20 }, (_, index) => (index % 2 ? 'boss' : 'main')),
      );
    t.is(new Set([...mains.slice(0, 5), ...bosses.slice(0, 5)]).size, 10);
    const childrenOf = async (parent: string) =>
      (await story.list()).filter(each => each.parent === parent && each.name !== 'boss');
    const sorted = (all: unknown[]) => all.map(String).sort();
    t.deepEqual(sorted((await childrenOf('main')).map(named)), sorted(mains.slice(0, 5)));
    t.deepEqual(sorted((await childrenOf('boss')).map(named)), sorted(bosses.slice(0, 5)));
    await eventually(
      () => daemonsOf(story.actorHome),
      ({ length }) => length === 1,
    );
  },
);

test.serial("a session has its agent's environment, but nothing that belongs to that agent", async t => {
  t.timeout(4 * PATIENCE);
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  const { call } = await serverOf(t, story, 'main', {
    PATH: `${story.env.PATH}:/of/the/agent`,
    KEPT: 'kept',
    CLAUDECODE: '1',
    CLAUDE_CODE_SESSION_ID: 'x',
    ACTOR_LAUNCH: 'of-main',
    TMUX_PANE: '%99',
  });
  await call('new', {
    name: 'env',
    agent: 'shell',
    prompt: 'echo "$KEPT|$CLAUDECODE$CLAUDE_CODE_SESSION_ID|$ACTOR_NAME|$PATH|$ACTOR_LAUNCH$TMUX_PANE"',
  });
  const { last } = await story.until('env', session => session.last !== null);
  t.regex(last?.message ?? '', /^kept\|\|env\|[^|]*:\/of\/the\/agent[:|]/);
  t.notRegex(last?.message ?? '', /of-main|%99/);
});

test.serial('a killed daemon is replaced by the next call', async t => {
  const { story, call } = await withMain(t);
  await story.killDaemon();
  const { sessions } = (await call('list')).content as { sessions: SessionView[] };
  t.deepEqual(sessions.map(named), ['main']);
});

test.serial(
  'a killed daemon is replaced by a main that lives, and misses nothing, without a command',
  async t => {
    const { story } = await withMain(t);
    await story.make('fix', 'until [ -e ~/go ]; do sleep 0.05; done; echo done');
    await story.until('fix', ({ status }) => status === 'working');
    const killed = await story.daemonPid();
    await story.killDaemon();
    await story.run('touch', ['go']);
    const journal = join(story.actorHome, 'journal');
    const [segment] = await readdir(journal);
    await eventually(
      () => readFile(join(journal, segment!), 'utf8'),
      text => /"type":"completed"[^\n]*"message":"done"/.test(text),
    );
    t.not(await story.daemonPid(), killed);
    await story.ok('daemon', 'stop');
    await holds(
      () => readFile(join(story.actorHome, 'daemon.pid'), 'utf8').catch(() => null),
      pid => pid === null,
      1000,
    );
  },
);

test.serial(
  'the daemon that it started is ended on purpose before it has seen it: it starts no other',
  async t => {
    const { story, pid } = await withMain(t);
    await story.killDaemon();
    await eventually(
      () => daemonsOf(story.actorHome),
      ({ length }) => length === 1,
    );
    process.kill(pid, 'SIGSTOP');
    await eventually(
      () => story.actor('daemon', 'stop'),
      ({ stdout }) => stdout.startsWith('ended'),
    );
    process.kill(pid, 'SIGCONT');
    await t.notThrowsAsync(
      holds(
        () => daemonsOf(story.actorHome),
        ({ length }) => length === 0,
        2500,
      ),
    );
  },
);

function named({ name }: { name: string }): string {
  return name;
}
