/**
 * `npm run test:real [-- claude@2.1.332 …]`: the stories with the real agents, pinned unless a version is given. Ends with a line
 * `N passed, N failed`, and that exit code.
 */
import { readdirSync } from 'node:fs';
import { execa } from 'execa';
import { endProcess, processesWith } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { installAgents, PINNED } from './install.js';

/** For all stories together, in milliseconds. */
const LIMIT = 35 * 60_000;

/** In the environment of everything that the stories start: what a story that is cut off leaves is found by it. */
const mark = `${process.pid}-${Date.now()}`;

const words = [...Object.keys(PINNED), ...process.argv.slice(2)];
// The last word about an agent counts.
const { versions } = await installAgents([
  ...new Map(words.map(word => [word.split('@')[0], word])).values(),
]);
for (const [agent, version] of Object.entries(versions)) console.log(`${agent} ${version}`);

// By name: a pattern would only choose among the files that package.json names.
const folder = '.build/test/real/stories';
const files = readdirSync(`${packageRoot}/${folder}`).filter(file => file.endsWith('.story.js'));

// Two at a time: each story runs up to five agents, and a start costs up to two seconds of a core.
const stories = execa(
  'npx',
  ['ava', '--tap', '--concurrency=2', '--timeout=5m', ...files.map(file => `${folder}/${file}`)],
  {
    cwd: packageRoot,
    env: { TEST_RUN_MARK: mark },
    reject: false,
    timeout: LIMIT,
    forceKillAfterDelay: 20_000,
    stdin: 'ignore',
    stderr: 'inherit',
    buffer: false,
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stories.kill('SIGTERM');
    // Not the pipe's end is waited for: what a story has started may hold it.
    void endLeftovers().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
let passed = 0;
let failed = 0;
for await (const line of stories) {
  console.log(line);
  if (/^ok \d+ /.test(line)) passed++;
  else if (/^not ok \d+ /.test(line)) failed++;
}
const { exitCode, signal, timedOut } = await stories;
await endLeftovers();
if (timedOut) console.log(`the stories took longer than ${LIMIT / 60_000} minutes`);
// A crash, a time-out or a file without a test fails, whatever was counted.
if (exitCode !== 0 && failed === 0) {
  console.log(`no story failed, but ava ended by ${signal ?? `exit ${exitCode}`}`);
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** After a run that came to its end there are none: each story ends its own. */
async function endLeftovers(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const left = await processesWith(`TEST_RUN_MARK=${mark}`);
    await Promise.all(left.map(({ pid }) => endProcess(pid)));
  }
}
