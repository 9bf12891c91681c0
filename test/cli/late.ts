/** A daemon that takes its time to start, as on a slow machine. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../helpers/wait.js';
import type { Story } from './story.js';

/**
 * The environment of a daemon on a slow machine: it says `late` as soon as it runs, or has claimed the home, and goes on when
 * it is let.
 */
export async function late(story: Story, when: 'started' | 'claimed') {
  const file = join(story.root, 'late.cjs');
  await writeFile(
    file,
    `const fs = require('node:fs');
     const pause = () => {
       fs.writeFileSync(${JSON.stringify(join(story.home, 'late'))}, '');
       const end = Date.now() + 30_000;
       while (Date.now() < end && !fs.existsSync(${JSON.stringify(join(story.home, 'go'))}))
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
     };
     const { linkSync } = fs;
     if (process.argv[1].endsWith('daemon.cjs')) {
       if (${when === 'started'}) pause();
       else fs.linkSync = (from, to) => {
         linkSync(from, to);
         if (/owner.\\d+$/.test(to)) pause();
       };
     }`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}

/** Resolves when the daemon waits. */
export const begun = (story: Story) =>
  eventually(
    () => existsSync(join(story.home, 'late')),
    isThere => isThere,
  );

/** Lets it go on, and those after it. */
export const goOn = (story: Story) => story.run('touch', ['go']);
