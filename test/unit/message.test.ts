import test from 'ava';
import { fitting, messageOf, type Told } from '../../cli/domain/message.js';
import type { ActorEvent } from '../../cli/protocol.js';

const TOKEN = '0000000112345678';

function told(message: string, differences: Partial<ActorEvent> = {}): Told {
  const event: ActorEvent = {
    id: 1,
    time: '2026-01-01T00:00:00Z',
    session: 'fix',
    parent: 'main',
    type: 'completed',
    turn: 1,
    outcome: 'completed',
    reason: null,
    message,
    duration_ms: 1000,
    prompt_id: null,
    waiting_for: null,
    branch: 'fix',
    diff: { added: 1, deleted: 2 },
    queued: 0,
    ...differences,
  };
  return { event, redelivered: false };
}

test('as many events fit as their message has room for, and one always', t => {
  const three = ['a', 'ü'.repeat(500), 'c'].map(message => told(message));
  const lengths = [1, 2, 3].map(count => Buffer.byteLength(messageOf(three.slice(0, count), TOKEN)));
  for (const [index, length] of lengths.entries()) {
    t.is(fitting(three, TOKEN, length), index + 1);
    t.is(fitting(three, TOKEN, length - 1), Math.max(1, index));
  }
  t.is(fitting([], TOKEN, 100), 0);
});

test('whatever an event says, its element takes less than 10,000 bytes', t => {
  for (const message of ['<actor-event '.repeat(5000), '💥'.repeat(20_000), '</actor-event>'.repeat(9000)]) {
    const { event } = told(message, { reason: message, branch: message });
    const text = messageOf([{ event, redelivered: true }], TOKEN);
    t.true(Buffer.byteLength(text) < 10_000, `${Buffer.byteLength(text)}`);
    t.false(text.includes('�'));
    t.is(text.split('<actor-event').length, 2);
    t.is(text.split('</actor-event').length, 2);
    t.regex(text, /\n\[… \d+ bytes left out; all of it: actor show fix …\]\n/);
  }
});

test('an attribute that is cut ends with no half of an escape', t => {
  for (const escaped of ['&', '"', '<']) {
    const { event } = told('done', { reason: `x${escaped.repeat(300)}` });
    t.regex(messageOf([{ event, redelivered: false }], TOKEN), / reason="x(&\w+;){30,}" /);
  }
});
