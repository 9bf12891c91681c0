/** Codex's queue as it stands in its files, recorded from codex-cli 0.169.0. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { codex } from '../../cli/agents/codex.js';
import { packageRoot } from '../helpers/root.js';

const NONE = Buffer.alloc(0);

/** One message was taken, a short one and one of 100 KB wait. */
function recorded(name: string): Buffer {
  return gunzipSync(readFileSync(join(packageRoot, 'test', 'fixtures', 'codex', 'queue', `${name}.gz`)));
}

const isQueued = (files: Buffer[], token: string) =>
  codex.queued!(files).some(message => message.includes(token));

const states: Record<string, Buffer[]> = {
  'as codex writes it': [recorded('queue_1.sqlite'), recorded('queue_1.sqlite-wal')],
  'once the log is written into it': [recorded('checkpointed.sqlite'), NONE],
};
for (const [state, files] of Object.entries(states))
  test(`what waits in the queue is told from what has left it, ${state}`, t => {
    t.true(isQueued(files, 'TOKENTWO waits'));
    t.true(isQueued(files, 'TOKENBIG'));
    t.true(isQueued(files, 'xxx end'));
    t.false(isQueued(files, 'TOKENONE'));
    t.is(codex.queued!(files).length, 2);
  });

test('a transaction whose end is not written yet has not happened', t => {
  const [file, log] = states['as codex writes it'] as [Buffer, Buffer];
  t.false(isQueued([file, log.subarray(0, log.length - 1)], 'TOKENBIG'));
  t.true(isQueued([file, log.subarray(0, log.length - 1)], 'TOKENTWO'));
  const torn = Buffer.from(log);
  torn[torn.length - 1]! ^= 1;
  t.false(isQueued([file, torn], 'TOKENBIG'));
});

test('files that are no queue are not understood, wherever they are cut', t => {
  const whole = recorded('checkpointed.sqlite');
  for (const file of [NONE, Buffer.from('text'), whole.subarray(0, 4096), Buffer.alloc(8192)])
    t.throws(() => codex.queued!([file, NONE]));
  for (let at = 0; at < whole.length; at += 97) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 0xff;
    // An answer or an error: no endless loop.
    try {
      codex.queued!([damaged, NONE]);
    } catch (error) {
      t.true(error instanceof Error);
    }
  }
  t.pass();
});
