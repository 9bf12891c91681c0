/** `npm run test:real`: the stories with the real agents. Ends with a line `N passed, N failed`, and that exit code. */
import { readdirSync } from 'node:fs';
import { execa } from 'execa';
import { packageRoot } from '../helpers/root.js';
import { installAgents } from './install.js';

/** For all stories together, in milliseconds. */
const LIMIT = 15 * 60_000;

const { versions } = await installAgents(['claude']);
for (const [agent, version] of Object.entries(versions)) console.log(`${agent} ${version}`);

// By name: a pattern would only choose among the files that package.json names.
const folder = '.build/test/real/stories';
const files = readdirSync(`${packageRoot}/${folder}`).filter(file => file.endsWith('.story.js'));

// Two at a time: each story runs up to five claudes, and a start costs two seconds of a core.
const stories = execa(
  'npx',
  ['ava', '--tap', '--concurrency=2', '--timeout=5m', ...files.map(file => `${folder}/${file}`)],
  {
    cwd: packageRoot,
    reject: false,
    timeout: LIMIT,
    forceKillAfterDelay: 20_000,
    stdin: 'ignore',
    stderr: 'inherit',
    buffer: false,
  },
);
let passed = 0;
let failed = 0;
for await (const line of stories) {
  console.log(line);
  if (/^ok \d+ /.test(line)) passed++;
  else if (/^not ok \d+ /.test(line)) failed++;
}
const { exitCode, timedOut } = await stories;
if (timedOut) console.log(`the stories took longer than ${LIMIT / 60_000} minutes`);
// A crash, a time-out or a file without a test fails, whatever was counted.
if (exitCode !== 0 && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
