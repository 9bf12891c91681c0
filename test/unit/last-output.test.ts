import test from 'ava';
import { lastOutput } from '../../cli/daemon/inputs/last-output.js';
import type { Running } from '../../cli/daemon/running.js';
import { eventually } from '../helpers/wait.js';

test('a record that lacks the end of the screen is not waited for long, also when the clock is set back meanwhile', async t => {
  const now = Date.now;
  t.teardown(() => {
    Date.now = now;
  });
  let looks = 0;
  const running = {
    readTails: () => {
      if (++looks === 2) Date.now = () => now() - 3_600_000;
    },
    pending: { text: 'one\n', isOfTurn: true },
  } as unknown as Running;
  let output: string | null = null;
  void lastOutput(running, 'one\ntwo').then(text => {
    output = text;
  });
  await eventually(
    () => output,
    text => text === 'one\n',
    { timeout: 5000 },
  );
  t.true(looks > 2);
});
