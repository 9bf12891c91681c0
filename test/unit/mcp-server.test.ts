/** `actor mcp` as a process: a real MCP client at its stdin, a fake daemon and a fake inbox at its sockets. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import test, { type ExecutionContext } from 'ava';
import { packageRoot } from '../helpers/root.js';
import { eventually, holds } from '../helpers/wait.js';

const program = join(packageRoot, '.build/cli/mcp/main.js');

/** A unix server that keeps the lines it gets. */
class Lines {
  readonly lines: string[] = [];
  readonly sockets: Socket[] = [];
  /** Sent to whoever connects, who is then disconnected. */
  refusal: unknown = null;
  #server: Server | null = null;

  async listen(path: string): Promise<void> {
    rmSync(path, { force: true });
    const server = createServer(socket => {
      this.sockets.push(socket);
      let rest = '';
      socket.setEncoding('utf8').on('data', text => {
        const lines = (rest + String(text)).split('\n');
        rest = lines.pop() ?? '';
        this.lines.push(...lines);
      });
      socket.on('error', () => {});
      if (this.refusal !== null) socket.end(`${JSON.stringify(this.refusal)}\n`);
    });
    this.#server = server;
    await new Promise<void>(resolve => server.listen(path, resolve));
  }

  /** Ends all connections and the server, as the death of the process would. */
  end(): void {
    this.#server?.close();
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }

  parsed(): unknown[] {
    return this.lines.map(line => JSON.parse(line) as unknown);
  }

  send(value: unknown): void {
    this.sockets.at(-1)?.write(`${JSON.stringify(value)}\n`);
  }
}

interface World {
  daemon: Lines;
  daemonPath: string;
  inbox: Lines;
  client: Client;
  transport: StdioClientTransport;
  stderr: () => string;
}

interface Choices {
  /** Start the daemon at once? Yes unless told. */
  daemon?: boolean;
  inbox?: boolean;
  env?: Record<string, string>;
}

async function withServer(t: ExecutionContext, choices: Choices = {}): Promise<World> {
  const root = mkdtempSync('/tmp/actor-mcp-');
  const home = join(root, 'home');
  mkdirSync(home);
  const daemonPath = join(home, 'daemon.sock');
  const daemon = new Lines();
  const inbox = new Lines();
  if (choices.daemon !== false) await daemon.listen(daemonPath);
  await inbox.listen(join(root, 'inbox.sock'));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program],
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: root,
      ACTOR_HOME: home,
      ACTOR_NAME: 'main',
      ...(choices.inbox === false ? {} : { CLAUDE_CODE_MESSAGING_SOCKET: join(root, 'inbox.sock') }),
      ...choices.env,
    },
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', chunk => {
    stderr += String(chunk);
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  t.teardown(async () => {
    await client.close();
    daemon.end();
    inbox.end();
    rmSync(root, { recursive: true, force: true });
  });
  await client.connect(transport);
  return { daemon, daemonPath, inbox, client, transport, stderr: () => stderr };
}

const attached = (daemon: Lines, count = 1) =>
  eventually(
    () => daemon.parsed().filter(line => (line as { method?: string }).method === 'mcp-attach'),
    requests => requests.length >= count,
  );

const userMessage = (content: string) => ({ type: 'user', message: { role: 'user', content } });

test('is an MCP server: it says its name and what it is for, and lists its tools', async t => {
  const { client } = await withServer(t);
  t.is(client.getServerVersion()?.name, 'actor');
  t.regex(client.getInstructions() ?? '', /Never poll or wait/);
  t.true((await client.listTools()).tools.some(({ name }) => name === 'new'));
});

test('a call that the agent cancels closes its connection; others go on', async t => {
  const { client, daemon } = await withServer(t, { env: { ACTOR_NAME: '' } });
  const asked = (name: string) =>
    daemon.parsed().filter(line => (line as { params?: { name?: string } }).params?.name === name).length;
  const cancel = new AbortController();
  const one = client.callTool({ name: 'show', arguments: { name: 'one' } }, undefined, {
    signal: cancel.signal,
  });
  await eventually(
    () => asked('one'),
    count => count === 1,
  );
  const askedAt = daemon.sockets.at(-1)!;
  const two = client.callTool({ name: 'show', arguments: { name: 'two' } });
  await eventually(
    () => asked('two'),
    count => count === 1,
  );
  cancel.abort('enough');
  await t.throwsAsync(one);
  await eventually(
    () => askedAt.destroyed,
    isGone => isGone,
  );
  const other = daemon.sockets.at(-1)!;
  t.false(other.destroyed);
  other.end(`${JSON.stringify({ error: { code: 3, message: 'no session two' } })}\n`);
  t.like(await two, { isError: true, structuredContent: { code: 3 } });
});

test('attaches to the daemon with its session, its inbox and the pid of its agent', async t => {
  const { daemon } = await withServer(t);
  const [request] = await attached(daemon);
  t.like(request, {
    method: 'mcp-attach',
    params: { session: 'main', pid: process.pid },
    caller: { session: 'main' },
  });
  t.regex((request as { params: { socket: string } }).params.socket, /\/inbox\.sock$/);
});

test('without an inbox it attaches with none, and refuses what comes all the same', async t => {
  const { daemon, inbox } = await withServer(t, { inbox: false });
  const [request] = await attached(daemon);
  t.like(request, { params: { socket: null } });
  daemon.send({ item: { token: 't1', text: 'hello' } });
  await eventually(
    () => daemon.parsed().at(-1),
    line => (line as { refused?: string }).refused === 't1',
  );
  t.deepEqual(inbox.lines, []);
});

test('hands an event in, and answers with its token', async t => {
  const { daemon, inbox } = await withServer(t, { env: { CLAUDE_CODE_MESSAGING_TOKEN: 'secret' } });
  await attached(daemon);
  daemon.send({ item: { token: 't1', text: 'one\ntwo "three"' } });
  await eventually(
    () => daemon.parsed().at(-1),
    line => (line as { handed?: string }).handed === 't1',
  );
  const received = await eventually(
    () => inbox.parsed(),
    lines => lines.length === 2,
  );
  t.deepEqual(received, [{ type: 'auth', token: 'secret' }, userMessage('one\ntwo "three"')]);
});

test('a daemon that comes later, dies and comes back is found again; no token goes in twice', async t => {
  const { daemon, daemonPath, inbox } = await withServer(t, { daemon: false });
  await daemon.listen(daemonPath);
  await attached(daemon);
  daemon.send({ item: { token: 't1', text: 'first' } });
  await eventually(
    () => inbox.lines.length,
    count => count === 1,
  );
  daemon.end();
  await daemon.listen(daemonPath);
  await attached(daemon, 2);
  const before = daemon.lines.length;
  daemon.send({ item: { token: 't1', text: 'first' } });
  daemon.send({ item: { token: 't2', text: 'second' } });
  const answers = await eventually(
    () => daemon.parsed().slice(before),
    lines => lines.length === 2,
  );
  t.deepEqual(answers, [{ handed: 't1' }, { handed: 't2' }]);
  await eventually(
    () => inbox.lines.length,
    count => count === 2,
  );
  await holds(
    () => inbox.lines.length,
    count => count === 2,
  );
  t.deepEqual(inbox.parsed(), [userMessage('first'), userMessage('second')]);
});

test('a daemon that turns it away is asked again, more and more slowly, and quoted once', async t => {
  const { daemon, daemonPath, stderr } = await withServer(t, { daemon: false });
  daemon.refusal = { error: { code: 1, message: 'no agent runs in main' } };
  const begin = performance.now();
  await daemon.listen(daemonPath);
  await eventually(
    () => daemon.sockets.length,
    count => count >= 6,
  );
  // 50 ms after the first attempt that found a socket, or more, then twice as long each time: a busy machine only adds to it.
  t.true(performance.now() - begin > 1500, `${performance.now() - begin}`);
  const saysIt = () => stderr().split('no agent runs in main').length - 1;
  await eventually(saysIt, count => count > 0);
  t.is(saysIt(), 1);
});

test('ends by itself when its agent closes stdin, also while it looks for a daemon', async t => {
  for (const daemon of [true, false]) {
    const { transport, client } = await withServer(t, { daemon });
    const pid = transport.pid;
    t.truthy(pid);
    // close() ends stdin first, and kills the process only when that does not help for two seconds.
    const start = performance.now();
    await client.close();
    t.true(performance.now() - start < 1900);
    t.throws(() => process.kill(pid!, 0), { code: 'ESRCH' });
  }
});

test('ends by itself while a call waits for its answer', async t => {
  const { transport, client, daemon } = await withServer(t, { env: { ACTOR_NAME: '' } });
  const pid = transport.pid;
  const call = t.throwsAsync(client.callTool({ name: 'list', arguments: {} }));
  await eventually(
    () => daemon.lines.length,
    count => count === 1,
  );
  const start = performance.now();
  await client.close();
  t.true(performance.now() - start < 1900);
  t.throws(() => process.kill(pid!, 0), { code: 'ESRCH' });
  await call;
});

test('outside a session it serves tools and looks for no daemon', async t => {
  const { client, daemon } = await withServer(t, { env: { ACTOR_NAME: '' } });
  t.is((await client.listTools()).tools.length, 11);
  await holds(
    () => daemon.sockets.length,
    count => count === 0,
  );
});
