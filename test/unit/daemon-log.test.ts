import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import test from 'ava';
import { openLog } from '../../cli/daemon/log.js';

test('the logs of fourteen days are kept, however often a daemon starts on one of them', t => {
  const folder = mkdtempSync('/tmp/a-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  let now = new Date('2026-11-01T08:00:00Z');
  for (let day = 1; day <= 20; day++) {
    now = new Date(`2026-11-${String(day).padStart(2, '0')}T08:00:00Z`);
    for (const _ of ['one daemon', 'the next']) openLog(folder, () => now)('started');
  }
  const days = Array.from(
    { length: 14 },
    (_, index) => `daemon.log.2026-11-${String(index + 7).padStart(2, '0')}`,
  );
  t.deepEqual(readdirSync(folder).sort(), days);
});
