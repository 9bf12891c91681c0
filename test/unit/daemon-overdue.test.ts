import test from 'ava';
import { Overdue } from '../../cli/daemon/post/overdue.js';
import type { Delivery, World } from '../../cli/domain/world.js';

/** A delivery that was handed to a claude in this state, and a clock. */
function handed(state: Delivery['state'] = 'offered') {
  const session = {
    status: 'idle',
    turn: null as object | null,
    queue: [] as object[],
    launch: { ready: true },
  };
  const delivery = { token: 't', to: 'main', launch: 'L1', door: 'mcp', events: [1], state };
  const world = { sessions: new Map([['main', session]]), deliveries: new Map([['t', delivery]]) };
  let now = 0;
  const overdue = new Overdue(world as unknown as World, { isClaimed: () => false }, () => now);
  overdue.look();
  const begin = () => Object.assign(session, { status: 'working', turn: {}, queue: [] });
  const rest = () => Object.assign(session, { status: 'idle', turn: null });
  /** So many seconds pass, with a look at each: what begins is known after the first. */
  const after = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      now += 1000;
      if (overdue.look().overdue.length > 0) return `overdue after ${second + 1}`;
    }
    return 'waits';
  };
  return { session, begin, rest, after };
}

test('an agent at rest has taken a message within ten seconds', t => {
  t.is(handed().after(60), 'overdue after 10');
});

test('one at work may take longer, and then has ten seconds at rest', t => {
  const { begin, rest, after } = handed();
  begin();
  t.is(after(20), 'waits');
  rest();
  t.is(after(60), 'overdue after 11');
});

test('so may one to which a prompt is on its way', t => {
  const { session, after } = handed();
  session.queue = [{ id: 'p1', state: 'sending' }];
  t.is(after(20), 'waits');
});

test('one that is never at rest is not waited for longer than a minute', t => {
  const { begin, rest, after } = handed();
  for (let round = 0; round < 4; round++) {
    begin();
    t.is(after(10), 'waits');
    rest();
    t.is(after(4), 'waits');
  }
  begin();
  t.is(after(60), 'overdue after 4');
});

test('what stands in the queue of one at work is waited for as long as it works', t => {
  const { begin, rest, after } = handed('accepted');
  begin();
  t.is(after(600), 'waits');
  rest();
  t.is(after(60), 'overdue after 11');
});
