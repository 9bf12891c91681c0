import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { TailFollower } from '../../cli/daemon/inputs/tail.js';
import type { Observation } from '../../cli/domain/observation.js';

test('what could not be taken in is handed over again, before what came since', async t => {
  const folder = await mkdtemp('/tmp/a-tail-');
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'transcript');
  const follower = new TailFollower({
    source: 'transcript',
    path,
    reader: () => ({
      push: (bytes, at): Observation[] => [
        { type: 'ready', composer: Buffer.from(bytes).toString(), source: 'x', position: null, at, by: 'x' },
      ],
    }),
  });
  const taken: string[] = [];
  const take = (observations: Observation[]) => {
    for (const each of observations) if (each.type === 'ready') taken.push(each.composer ?? '');
  };
  const full = () => {
    throw new Error('ENOSPC');
  };
  await appendFile(path, 'one');
  t.throws(() => follower.read(full), { message: 'ENOSPC' });
  await appendFile(path, 'two');
  t.throws(() => follower.read(full), { message: 'ENOSPC' });
  follower.read(take);
  follower.read(take);
  t.deepEqual(taken, ['one', 'two']);
});
