import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { exchange } from '../../cli/client/exchange.js';
import type { Request } from '../../cli/protocol.js';
import { temporaryHome } from './client-fake-daemon.js';

const request: Request<'events'> = {
  build: 'test',
  method: 'events',
  params: { since: 0, follow: false, session: null, type: null },
  caller: { cwd: '/', session: null },
};

/** What the client makes of these pieces of bytes, sent one by one. */
async function heard(t: ExecutionContext, pieces: readonly Uint8Array[]) {
  const path = join(await temporaryHome(t), 's');
  const server = createServer(async socket => {
    socket.setNoDelay(true).on('error', () => {});
    for (const piece of pieces) await new Promise(resolve => socket.write(piece, resolve));
    socket.end();
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  t.teardown(() => server.close());
  const notices: string[] = [];
  const items: unknown[] = [];
  const answer = await exchange(createConnection(path), request, {
    notice: notice => notices.push(notice),
    item: item => items.push(item),
  });
  return { notices, items, answer };
}

const LINES = Buffer.from(
  '{"notice":"größer 🚀"}\n{"item":{"id":1}}\n{"item":{"id":2}}\n{"result":{"last":2}}\n',
);

test('the same is heard wherever the bytes are cut', async t => {
  for (let cut = 1; cut < LINES.length; cut += 3) {
    const { notices, items, answer } = await heard(t, [LINES.subarray(0, cut), LINES.subarray(cut)]);
    t.deepEqual(notices, ['größer 🚀']);
    t.deepEqual(items, [{ id: 1 }, { id: 2 }]);
    t.deepEqual<unknown, unknown>(answer, { result: { last: 2 } });
  }
});

test('an end without an answer is no answer', async t => {
  const { items, answer } = await heard(t, [Buffer.from('{"item":{"id":1}}\n{"resu')]);
  t.deepEqual<unknown, unknown>({ items, answer }, { items: [{ id: 1 }], answer: { lost: 'closed' } });
});

test('nothing after the answer is heard', async t => {
  const { items, answer } = await heard(t, [Buffer.from('{"result":{"last":0}}\n{"item":{"id":1}}\n')]);
  t.deepEqual<unknown, unknown>({ items, answer }, { items: [], answer: { result: { last: 0 } } });
});

test('what is no JSON is a defect that is told', async t => {
  await t.throwsAsync(() => heard(t, [Buffer.from('hello\n')]), { instanceOf: SyntaxError });
});
