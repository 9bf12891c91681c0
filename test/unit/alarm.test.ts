import test from 'ava';
import { Alarm } from '../../cli/daemon/alarm.js';
import { eventually } from '../helpers/wait.js';

test('an alarm rings at the earliest of its times, also when the clock is set back in between', async t => {
  const now = Date.now;
  t.teardown(() => {
    Date.now = now;
  });
  let rings = 0;
  const alarm = new Alarm(() => rings++);
  alarm.in(50);
  Date.now = () => now() - 3_600_000;
  alarm.in(60_000);
  await eventually(
    () => rings,
    count => count === 1,
    { timeout: 5000 },
  );
  t.is(rings, 1);
});
