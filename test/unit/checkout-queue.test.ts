/** Which checkout is looked at next, and when. */
import test from 'ava';
import { CheckoutQueue, type Look } from '../../cli/daemon/checkout-queue.js';

const known = (name: string, turn: number, notBefore = 0) => ({ name, created: 'once', turn, notBefore });

/** Makes all looks that are due now; each takes `cost`. @returns whose, and when the next is due. */
function lookAll(queue: CheckoutQueue, now: number, cost: number): { names: string[]; at: number | null } {
  const names: string[] = [];
  for (;;) {
    const next = queue.next(now);
    if (next === null || 'at' in next) return { names, at: next?.at ?? null };
    names.push(next.name);
    finish(queue, next, now, cost);
  }
}

function finish(queue: CheckoutQueue, look: Look, now: number, cost: number): void {
  queue.seen(look);
  queue.done(look, now, cost);
}

test('each is looked at once, what ended last first', t => {
  const queue = new CheckoutQueue();
  const all = [known('a', 10), known('b', 30), known('c', 20)];
  queue.know(all);
  t.false(queue.isFresh('b', 30));
  t.deepEqual(lookAll(queue, 100, 5), { names: ['b', 'c', 'a'], at: null });
  t.true(queue.isFresh('b', 30));
  queue.know(all);
  t.deepEqual(lookAll(queue, 200, 5).names, []);
});

test('another end of a turn is another look, at once, however much the last one cost', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 10)]);
  lookAll(queue, 100, 5000);
  queue.know([known('a', 101)]);
  t.false(queue.isFresh('a', 101));
  t.deepEqual(lookAll(queue, 102, 5000).names, ['a']);
});

test('a turn that ends while its checkout is looked at is not yet known', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 10)]);
  const look = queue.next(20) as Look;
  queue.know([known('a', 21)]);
  finish(queue, look, 22, 5);
  t.false(queue.isFresh('a', 21));
  t.deepEqual(lookAll(queue, 23, 5).names, ['a']);
  t.true(queue.isFresh('a', 21));
});

test('one that is new is left alone for a while, and one that is no more is forgotten', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 0, 1500)]);
  t.deepEqual(queue.next(100), { at: 1500 });
  queue.know([]);
  t.is(queue.next(2000), null);
  t.true(queue.isFresh('a', 0));
});

test('another session of the same name is looked at anew', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 0)]);
  lookAll(queue, 100, 5);
  queue.know([{ ...known('a', 0), created: 'again' }]);
  t.false(queue.isFresh('a', 0));
  t.deepEqual(lookAll(queue, 101, 5).names, ['a']);
});

test('hints are one look, after a rest that grows with its cost', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 1)]);
  lookAll(queue, 1000, 10);
  for (const time of [1010, 1020, 1500]) t.is(queue.hint('a', time), 4000);
  t.deepEqual(queue.next(1600), { at: 4000 });
  t.is(queue.hint('unknown', 1600), null);
  t.deepEqual(lookAll(queue, 4000, 1000).names, ['a']);
  queue.hint('a', 4001);
  t.deepEqual(queue.next(4002), { at: 24_000 });
});

test('a hint during a look is not lost', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 1)]);
  const look = queue.next(1000) as Look;
  queue.hint('a', 1001);
  finish(queue, look, 1002, 1);
  t.deepEqual(queue.next(1003), { at: 1401 });
});

test('a hint from somebody who only looks gives way to an earlier one', t => {
  const queue = new CheckoutQueue();
  queue.know([known('a', 1)]);
  lookAll(queue, 1000, 1);
  queue.hint('a', 1001, 30_000);
  t.deepEqual(queue.next(1002), { at: 31_000 });
  queue.hint('a', 1003);
  queue.hint('a', 1004, 30_000);
  t.deepEqual(queue.next(1005), { at: 4000 });
});

test('a hundred that hint all the time cost a fifth of the time, and the end of a turn waits for none of them', t => {
  const queue = new CheckoutQueue();
  const all = Array.from({ length: 100 }, (_, index) => known(`s${index}`, 1));
  queue.know(all);
  lookAll(queue, 0, 300);
  let now = 10_000;
  let spent = 0;
  const begin = now;
  while (now < begin + 600_000) {
    for (const { name } of all) queue.hint(name, now);
    const next = queue.next(now);
    if (next === null) return t.fail('nothing to do');
    if ('at' in next) {
      now = next.at;
      continue;
    }
    now += 300;
    spent += 300;
    finish(queue, next, now, 300);
  }
  t.true(spent / (now - begin) <= 0.21, String(spent / (now - begin)));
  t.true(spent / (now - begin) >= 0.1, String(spent / (now - begin)));
  queue.know([known('s7', 5), ...all.filter(({ name }) => name !== 's7')]);
  t.like(queue.next(now), { name: 's7', forEnd: true });
  return t.pass();
});
