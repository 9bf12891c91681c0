// Builds what runs: `dist/` (one bundle for each process, one for the thread that copies, one for help) and, with --tests, `.build/` (every source
// file transpiled one to one, for ava; Node 20 cannot strip types by itself).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

process.chdir(import.meta.dirname);

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const folders = ['cli', 'tmux', 'hooks', 'templates'];

/** All files of these folders, sorted, as paths from the root. */
function filesOf(...names) {
  return names
    .flatMap(name => readdirSync(name, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath}/${entry.name}`)
    .sort();
}

/** A hash that differs whenever a source does: a client asks a daemon of another build to make room. */
function buildId() {
  const hash = createHash('sha256');
  for (const file of filesOf(...folders)) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return `${version}+${hash.digest('hex').slice(0, 12)}`;
}

const shared = {
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  define: { ACTOR_BUILD: JSON.stringify(buildId()), ACTOR_VERSION: JSON.stringify(version) },
};

const bundle = { ...shared, bundle: true, outdir: 'dist', sourcemap: 'linked' };

// The client starts for every command a person types: CommonJS, since Node's ESM loader costs milliseconds, minified
// (less to read and scan), and without yargs, whose load alone doubles the time of a command: only help needs it.
const client = {
  ...bundle,
  format: 'cjs',
  minify: true,
  // Where yargs-parser asks for the URL, a path does as well.
  define: { ...shared.define, 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
};

// These live long, or are asked for by a person who reads: ESM, with a require for the CommonJS packages they bundle.
const others = {
  ...bundle,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
};

/** Builds one bundle; a failure (which esbuild has printed) does not keep the others from being built. */
async function bundleOf(options, name, entry) {
  try {
    await build({ ...options, entryPoints: { [name]: entry } });
  } catch {
    process.exitCode = 1;
  }
}

/** Lets the client make its code cache for this version of Node, with a command that asks for a daemon and finds none. */
function keepCodeCache() {
  for (const name of readdirSync('dist')) if (name.includes('.cache')) rmSync(`dist/${name}`);
  spawnSync(process.execPath, ['dist/actor.cjs', 'daemon', 'status'], {
    env: { ACTOR_HOME: '/nonexistent' },
    stdio: 'ignore',
  });
}

await bundleOf({ ...client, outExtension: { '.js': '.cjs' } }, 'actor', 'cli/client/launch.ts');
await bundleOf(client, 'client', 'cli/main.ts');
await bundleOf({ ...others, minify: true }, 'help', 'cli/client/help.ts');
await bundleOf(others, 'daemon', 'cli/daemon/main.ts');
await bundleOf(others, 'copier', 'cli/git/copier.ts');
await bundleOf(others, 'mcp', 'cli/mcp/main.ts');
chmodSync('dist/actor.cjs', 0o755);
keepCodeCache();

if (process.argv.includes('--tests')) {
  const sources = filesOf(...folders, 'test').filter(file => file.endsWith('.ts'));
  await build({
    ...shared,
    entryPoints: sources,
    outdir: '.build',
    outbase: '.',
    format: 'esm',
    sourcemap: 'inline',
  });
}
