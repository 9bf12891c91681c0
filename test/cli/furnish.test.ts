/** Worktrees that can work at once: what they get of what git ignores, what is said of it, and that all of it goes when they do. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { isAlive } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { begun, gate, git, hooks, isNothingLeft, open } from './hook-stories.js';
import { type Story, tell } from './story.js';

/** Runs a script in the repository. */
async function sh(story: Story, script: string): Promise<string> {
  const { code, stdout, stderr } = await story.run('sh', ['-e'], { cwd: story.repo, input: script });
  if (code !== 0) throw new Error(`exit ${code} of: ${script}\n${stdout}${stderr}`);
  return stdout.trim();
}

async function userSettings(story: Story, text: string): Promise<void> {
  await mkdir(story.actorHome, { recursive: true, mode: 0o700 });
  await writeFile(join(story.actorHome, 'settings.kdl'), text);
}

async function projectSettings(story: Story, text: string): Promise<void> {
  await mkdir(join(story.repo, '.actor'), { recursive: true });
  await writeFile(join(story.repo, '.actor', 'settings.kdl'), text);
}

/** Starts `actor` in the repository, and goes on. */
function begin(story: Story, ...args: string[]) {
  const client = execa(process.execPath, [join(packageRoot, 'dist', 'actor.cjs'), ...args], {
    cwd: story.repo,
    env: story.env,
    extendEnv: false,
    reject: false,
  });
  let said = '';
  client.stderr.on('data', chunk => {
    said += chunk;
  });
  return Object.assign(client, { said: () => said });
}

/** What git keeps of work trees. */
const adminFolders = (story: Story) =>
  readdir(join(story.repo, '.git', 'worktrees')).catch(() => [] as string[]);

/** A repository as they are: with secrets and dependencies that git ignores. */
const PROJECT = `printf '%s\\n' '.env*' node_modules /build /.actor /.worktreeinclude > .gitignore; git add .; git commit -qm ignore
mkdir -p node_modules/dep build; echo secret > .env; echo local > .env.local; echo dep > node_modules/dep/index.js; echo out > build/out`;

/** A git that does this first when it is asked what a pattern matches. */
async function fakeGit(story: Story, first: string): Promise<void> {
  const { stdout: real } = await story.run('which', ['git']);
  const script = `#!/bin/sh\ncase "$*" in *check-ignore*) ${first} ;; esac\nexec ${real.trim()} "$@"\n`;
  await writeFile(join(story.bin, 'git'), script, { mode: 0o755 });
}

const worktree = (story: Story, ...names: string[]) => join(story.actorHome, 'worktrees', ...names);

test.serial('copied and linked before on-start and the agent begin, and said', async t => {
  const story = await tell(t);
  await sh(story, PROJECT);
  await userSettings(
    story,
    `worktree { copy ".env" ".env.*"; link "node_modules" }\nhooks { on-start "cat .env .env.local node_modules/dep/index.js >~/seen" }\n`,
  );
  const { stdout, stderr, code } = await story.actor(
    ...['new', 'fix', '--agent', 'shell', '-p', 'cat .env node_modules/dep/index.js; ls -1A', '--wait'],
  );
  t.is(code, 0, stderr);
  t.regex(stderr, /^branch fix from main .*\ncopied \.env, \.env\.local; linked node_modules$/m);
  t.is(await story.file('seen'), 'secret\nlocal\ndep\n');
  t.is(stdout, 'secret\ndep\n.env\n.env.local\n.git\n.gitignore\nREADME.md\napp.txt\nnode_modules\n');
  t.is(await readlink(worktree(story, 'fix', 'node_modules')), join(story.repo, 'node_modules'));
  t.false((await story.until('fix', ({ dirty }) => dirty !== null)).dirty);
});

test.serial('a repository may say it without being trusted, above the person, and #null cancels', async t => {
  const story = await tell(t);
  await sh(story, PROJECT);
  await userSettings(story, 'worktree { copy ".env"; link "node_modules" }\n');
  const found = async (name: string) => {
    const said = await story.actor('new', name, '--agent', 'shell');
    t.is(said.code, 0, said.stderr);
    t.notRegex(said.stderr, /trust/);
    return (await readdir(worktree(story, name))).filter(each => /^\.env|^node_modules$|^build$/.test(each));
  };
  t.deepEqual(await found('person'), ['.env', 'node_modules']);
  await projectSettings(story, 'worktree { copy "build" }\n');
  t.deepEqual(await found('project'), ['build', 'node_modules']);
  await projectSettings(story, 'worktree { copy #null; link #null }\n');
  t.deepEqual(await found('cancelled'), []);
  await sh(story, "printf '%s\\n' '.env*' '!.env.local' > .worktreeinclude");
  t.deepEqual(await found('include'), ['.env']);
  await projectSettings(story, 'worktree { copy }\n');
  const { code, stderr } = await story.actor('new', 'wrong', '--agent', 'shell');
  t.is(code, 1);
  t.regex(stderr, /\.actor\/settings\.kdl:1:\d+/);
});

test.serial('what is left out is told, and a session is made all the same', async t => {
  const story = await tell(t);
  await sh(story, `${PROJECT}; ln -s /etc/passwd .env.out; echo 1 > plain`);
  await userSettings(story, 'worktree { copy ".env*" "plain" "../x"; link "nothing" }\n');
  const { code, stderr } = await story.actor('new', 'fix', '--agent', 'shell');
  t.is(code, 0, stderr);
  t.regex(stderr, /^copied \.env, \.env\.local$/m);
  t.regex(stderr, /^left out, since git does not ignore it: plain$/m);
  t.regex(stderr, /^left out, since it leads out of the repository: \.env\.out$/m);
  t.regex(stderr, /^not copied, since it leads out of the repository: \.\.\/x$/m);
});

test.serial('a discard is not refused for what actor put in, and is for real work', async t => {
  const story = await tell(t);
  // Git shows the link: its pattern is one of directories only.
  await sh(story, `${PROJECT}; sed -i 's|^node_modules$|node_modules/|' .gitignore; git commit -qam slash`);
  await userSettings(story, 'worktree { copy ".env" "build"; link "node_modules" }\n');
  const { stderr } = await story.actor('new', 'fix', '--agent', 'shell');
  t.regex(stderr, /git takes the link node_modules for untracked/);
  await story.make('work', 'echo mine > new.txt; echo more >> .env');
  await story.ok('wait', 'work');
  t.false((await story.until('fix', ({ dirty }) => dirty !== null)).dirty);
  t.true((await story.until('work', ({ dirty }) => dirty !== null)).dirty);
  await story.ok('discard', 'fix');
  const refused = await story.actor('discard', 'work');
  t.is(refused.code, 4);
  t.regex(refused.stderr, /untracked file: new\.txt/);
  t.notRegex(refused.stderr, /node_modules|\.env|build/);
  await story.ok('discard', 'work', '--force');
  t.is(await sh(story, 'cat node_modules/dep/index.js .env build/out'), 'dep\nsecret\nout');
  t.deepEqual(await readdir(worktree(story)), []);
});

test.serial('a daemon that dies over it leaves nothing, and the same again works', async t => {
  const story = await tell(t);
  await sh(story, PROJECT);
  await userSettings(story, 'worktree { copy ".env" "build"; link "node_modules" }\n');
  await story.ok('list');
  await story.arm('after-furnished');
  const armed = await story.daemonPid();
  await fakeGit(story, `[ -e ~/asked ] || { touch ~/asked; ${gate('go')}; }`);
  const client = begin(story, 'new', 'fix', '--agent', 'shell');
  await eventually(
    () => existsSync(join(story.home, 'asked')),
    isAsked => isAsked,
  );
  // Else it would ask the next daemon, and get it.
  client.kill('SIGSTOP');
  await open(story, 'go');
  await eventually(
    () => isAlive(armed),
    alive => !alive,
  );
  client.kill('SIGKILL');
  await client;
  t.deepEqual(await isNothingLeft(story), []);
  t.deepEqual(await adminFolders(story), []);
  await story.make('fix');
  t.is(await readFile(worktree(story, 'fix', 'build', 'out'), 'utf8'), 'out\n');
});

test.serial('a daemon that dies over it is followed by one that makes it whole', async t => {
  const story = await tell(t);
  await sh(story, PROJECT);
  await userSettings(story, 'worktree { copy ".env" "build"; link "node_modules" }\n');
  await story.ok('list');
  await story.arm('after-furnished');
  const armed = await story.daemonPid();
  await story.make('fix');
  t.not(await story.daemonPid(), armed, 'it did die');
  t.is(
    await sh(story, `cd ${worktree(story, 'fix')}; cat .env build/out node_modules/dep/index.js`),
    'secret\nout\ndep',
  );
  t.deepEqual(await readdir(worktree(story)), ['fix']);
});

test.serial('a daemon that is killed while it asks git what matches leaves no folder behind', async t => {
  const story = await tell(t);
  await sh(story, PROJECT);
  await userSettings(story, 'worktree { copy ".env" }\n');
  await fakeGit(story, '[ -e ~/killed ] || { touch ~/killed; kill -9 $PPID; exit 1; }');
  await story.make('fix');
  t.true(existsSync(join(story.home, 'killed')), 'it did die');
  t.is(await readFile(worktree(story, 'fix', '.env'), 'utf8'), 'secret\n');
  t.deepEqual(
    (await readdir(story.tmp)).filter(name => name.startsWith('actor-')),
    [],
  );
  t.deepEqual(await adminFolders(story), ['fix']);
  t.false(
    (await readdir(join(story.repo, '.git', 'worktrees', 'fix'))).some(name => name.startsWith('actor-')),
  );
});

test.serial('a disk that becomes full is told, and leaves nothing', async t => {
  const story = await tell(t);
  await mkdir(story.actorHome, { mode: 0o700 });
  const mounted = await story.run('mount', [
    ...['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'none', story.actorHome],
  ]);
  if (mounted.code !== 0) return t.pass('no file system can be mounted here');
  t.teardown(async () => {
    await story.actor('down');
    await story.run('umount', ['-l', story.actorHome]);
  });
  await sh(story, `${PROJECT}; head -c 12M /dev/urandom >build/large`);
  await userSettings(story, 'worktree { copy "build" ".env" }\n');
  const { code, stdout, stderr } = await story.actor('new', 'fix', '--agent', 'shell');
  t.deepEqual([code, stdout], [1, ''], stderr);
  t.regex(stderr, /^actor: .*the disk is full$/m);
  t.deepEqual(await isNothingLeft(story), []);
  t.deepEqual(await adminFolders(story), []);
  await sh(story, 'rm build/large');
  await story.make('fix');
  t.is(await readFile(worktree(story, 'fix', 'build', 'out'), 'utf8'), 'out\n');
});

test.serial('while much is copied others are answered, and Ctrl-C takes it back', async t => {
  const story = await tell(t);
  // A terabyte of nothing: more than can be read in the time of a test, and no room on the disk.
  await sh(story, `${PROJECT}; truncate -s 1T build/disk`);
  await story.make('other');
  await userSettings(story, 'worktree { copy "build" ".env" }\n');
  const client = begin(story, 'new', 'fix', '--agent', 'shell', '-p', 'touch ~/ran');
  await eventually(
    () => client.said(),
    said => /^copying$/m.test(said),
  );
  t.is(await story.ok('run', 'other', 'echo hello', '--wait'), 'hello');
  t.deepEqual(
    (await story.list()).map(({ name }) => name),
    ['other'],
  );
  t.true(existsSync(worktree(story, 'fix', 'build', 'disk')), 'it is at it');
  client.kill('SIGINT');
  t.is((await client).exitCode, 130);
  await story.ok('discard', 'other');
  await git(story, 'branch', '-D', 'other');
  await eventually(
    () => isNothingLeft(story),
    left => left.length === 0,
  );
  t.deepEqual(await adminFolders(story), []);
  t.is(await story.file('ran'), '');
  await userSettings(story, 'worktree { copy ".env" }\n');
  t.is(await story.ok('new', 'fix', '--agent', 'shell', '-p', 'cat .env', '--wait'), 'secret');
});

test.serial(
  'a submodule whose remote does not answer is waited for, and said; others are answered',
  async t => {
    const story = await tell(t);
    await writeFile(
      join(story.bin, 'hang'),
      '#!/bin/sh\ntouch ~/asked\nuntil [ -e ~/answer ]; do sleep 0.05; done\n',
      { mode: 0o755 },
    );
    await sh(
      story,
      `git config --global protocol.file.allow always; git config --global protocol.ext.allow always
     git init -q ../lib; git -C ../lib commit -q --allow-empty -m lib; git submodule -q add ../lib lib; git commit -qm lib
     git -C lib config remote.origin.url ext::hang
     git update-index --cacheinfo 160000,1234567890123456789012345678901234567890,lib; git commit -qm pin`,
    );
    const client = begin(story, 'new', 'fix', '--agent', 'shell', '-p', 'ls -A lib | wc -l', '--wait');
    await eventually(
      () => client.said(),
      said => /^submodule lib$/m.test(said),
    );
    await eventually(
      () => existsSync(join(story.home, 'asked')),
      isAsked => isAsked,
    );
    t.is(
      await story.ok('new', 'other', '--no-worktree', '--agent', 'shell', '-p', 'echo hello', '--wait'),
      'hello',
    );
    await open(story, 'answer');
    const { exitCode, stdout, stderr } = await client;
    t.is(exitCode, 0, stderr);
    t.regex(stderr, /^submodule lib is not initialised: git submodule update: /m);
    t.is(stdout, '0');
  },
);

test.serial('Ctrl-C while on-start is at work takes the session back', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-start': 'echo $$ >~/pid; touch junk; exec sleep 300' });
  const client = begin(story, 'new', 'fix', '--agent', 'shell');
  const pid = Number(await begun(story, 'pid', '\n'));
  client.kill('SIGINT');
  t.is((await client).exitCode, 130);
  await eventually(
    () => isNothingLeft(story),
    left => left.length === 0,
  );
  t.false(await isAlive(pid));
});
