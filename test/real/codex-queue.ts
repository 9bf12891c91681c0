/** What a story does to codex's queue, and sees of it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../helpers/root.js';
import type { Stage } from './stage.js';

/** Runs this line of sh before each `codex queue` of sessions that are started from now on. */
export async function beforeQueue(stage: Stage, line: string): Promise<void> {
  const folder = join(stage.arena.home, 'before-queue');
  const codex = join(packageRoot, '.cache', 'agents', 'node_modules', '.bin', 'codex');
  await mkdir(folder);
  // What it says of a home in /tmp would end it when nobody reads that any more.
  const script = `#!/bin/sh
if [ "$1" = queue ]; then ${line}; exec '${codex}' "$@" 2> /dev/null; fi
exec '${codex}' "$@"
`;
  await writeFile(join(folder, 'codex'), script, { mode: 0o755 });
  stage.arena.env.PATH = `${folder}:${stage.arena.env.PATH}`;
}

/** Waits until so many deliveries were accepted by a queue, by the journal. */
export async function areAccepted(stage: Stage, count: number): Promise<void> {
  const folder = join(stage.arena.actorHome, 'journal');
  await stage.eventually(
    async () => {
      const files = await readdir(folder);
      const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')));
      return texts.join('').split('"state":"accepted"').length - 1;
    },
    found => found >= count,
  );
}
