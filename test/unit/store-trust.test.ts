import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { digestOf, loadTrust, saveTrust } from '../../cli/store/trust.js';

test('as many repositories as anybody has are trusted, each by the content that was shown', t => {
  const folder = mkdtempSync('/tmp/a-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'trust.kdl');
  t.deepEqual(loadTrust(file), new Map());
  const trusted = new Map(
    Array.from({ length: 2000 }, (_, index) => [
      `/srv/a "repo" ${index}/.actor/settings.kdl`,
      digestOf(`${index}`),
    ]),
  );
  saveTrust(file, trusted);
  t.deepEqual(loadTrust(file), trusted);
});
