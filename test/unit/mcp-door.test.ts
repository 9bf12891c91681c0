import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Door } from '../../cli/mcp/door.js';
import { eventually } from '../helpers/wait.js';

interface FakeInbox {
  path: string;
  /** Everything that each connection wrote, in the order of their ends. */
  received: { text: string; at: number }[];
}

async function withInbox(t: ExecutionContext): Promise<FakeInbox> {
  const folder = mkdtempSync('/tmp/actor-door-');
  const inbox: FakeInbox = { path: join(folder, 'inbox.sock'), received: [] };
  const server: Server = createServer(socket => {
    const at = performance.now();
    let text = '';
    socket.setEncoding('utf8').on('data', chunk => {
      text += String(chunk);
    });
    socket.on('end', () => inbox.received.push({ text, at }));
  });
  await new Promise<void>(resolve => server.listen(inbox.path, resolve));
  t.teardown(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return inbox;
}

const messageOf = (text: string) =>
  `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;

test('hands in one JSON line, whatever stands in the text', async t => {
  const inbox = await withInbox(t);
  const text = 'a "quote"\n<actor-event id="1">\u001b[201~ 😀 \u2028 \\n';
  const door = new Door({ socket: inbox.path, token: null });
  t.deepEqual(await door.hand({ token: 'one', text }), { handed: 'one' });
  const { text: received } = await first(inbox);
  t.is(received, messageOf(text));
  t.is(received.indexOf('\n'), received.length - 1);
});

test('says who it is before, when there is a token', async t => {
  const inbox = await withInbox(t);
  const door = new Door({ socket: inbox.path, token: 'secret' });
  await door.hand({ token: 'one', text: 'hello' });
  t.is((await first(inbox)).text, `{"type":"auth","token":"secret"}\n${messageOf('hello')}`);
});

test('a message larger than the buffers of a socket arrives whole', async t => {
  const inbox = await withInbox(t);
  const text = 'ä'.repeat(1_000_000);
  await new Door({ socket: inbox.path, token: null }).hand({ token: 'one', text });
  t.is((await first(inbox)).text, messageOf(text));
});

test('keeps the order, and the interval between two messages', async t => {
  const inbox = await withInbox(t);
  const door = new Door({ socket: inbox.path, token: null }, 150);
  const begin = performance.now();
  const answers = await Promise.all(['a', 'b', 'c'].map(token => door.hand({ token, text: token })));
  t.deepEqual(answers, [{ handed: 'a' }, { handed: 'b' }, { handed: 'c' }]);
  const received = await all(inbox, 3);
  t.deepEqual(
    received.map(({ text }) => text),
    ['a', 'b', 'c'].map(messageOf),
  );
  // From the beginning on: a busy machine delays what is received, and can only make these longer.
  t.true(received[1]!.at - begin > 149);
  t.true(received[2]!.at - begin > 299);
});

test('the same token goes in once, and has the same answer again', async t => {
  const inbox = await withInbox(t);
  const door = new Door({ socket: inbox.path, token: null }, 0);
  const item = { token: 'one', text: 'hello' };
  const [now, meanwhile] = await Promise.all([door.hand(item), door.hand(item)]);
  const later = await door.hand(item);
  t.deepEqual([now, meanwhile, later], [{ handed: 'one' }, { handed: 'one' }, { handed: 'one' }]);
  await door.hand({ token: 'two', text: 'end' });
  t.deepEqual(
    (await all(inbox, 2)).map(({ text }) => text),
    [messageOf('hello'), messageOf('end')],
  );
});

test('what was refused may be tried again', async t => {
  const inbox = await withInbox(t);
  const paths = { socket: `${inbox.path}.gone`, token: null };
  const door = new Door(paths, 0);
  const refused = await door.hand({ token: 'one', text: 'hello' });
  t.like(refused, { refused: 'one' });
  t.regex('why' in refused ? refused.why : '', /ENOENT/);
  paths.socket = inbox.path;
  t.deepEqual(await door.hand({ token: 'one', text: 'hello' }), { handed: 'one' });
  t.is((await first(inbox)).text, messageOf('hello'));
});

test('without an inbox everything is refused', async t => {
  const door = new Door({ socket: null, token: null });
  t.deepEqual(await door.hand({ token: 'one', text: 'x' }), {
    refused: 'one',
    why: 'this agent has no inbox socket',
  });
});

async function all(inbox: FakeInbox, count: number): Promise<FakeInbox['received']> {
  return eventually(
    () => inbox.received,
    received => received.length >= count,
  );
}

async function first(inbox: FakeInbox): Promise<FakeInbox['received'][number]> {
  return (await all(inbox, 1))[0]!;
}
