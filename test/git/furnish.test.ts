import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import test from 'ava';
import { Copying } from '../../cli/git/copy.js';
import { hasUncommitted } from '../../cli/git/diff.js';
import { furnish } from '../../cli/git/furnish.js';
import { Git } from '../../cli/git/git.js';
import { sweepHalfMade } from '../../cli/git/half-made.js';
import { Matcher } from '../../cli/git/ignored.js';
import { rulesOf } from '../../cli/git/patterns.js';
import { finishRemoval, inspectSetAside, setAside } from '../../cli/git/remove.js';
import { moveToTrash } from '../../cli/git/trash.js';
import { createWorktree, keepCreated, undoCreate } from '../../cli/git/worktree.js';
import { withArena } from '../helpers/arena.js';
import { processesOf } from '../helpers/processes.js';
import { eventually } from '../helpers/wait.js';
import { INIT, type World, withWorld } from './world.js';

interface Want {
  copy?: string[];
  link?: string[];
  include?: string;
}

/** A worktree of `fix`, furnished. @returns its path and what was said. */
async function make(world: World, { copy = [], link = [], include }: Want) {
  if (include !== undefined) await writeFile(join(world.repo, '.worktreeinclude'), include);
  const path = join(world.worktreesFolder, 'fix');
  let said: string[] = [];
  const made = await createWorktree(world.git, {
    repo: world.repo,
    path,
    branch: 'fix',
    base: null,
    from: world.repo,
    furnish: async at => {
      said = await furnish(
        world.git,
        { repo: world.repo, path: at },
        { copy, link },
        { onProgress: () => {} },
      );
    },
  });
  return { path, said, made };
}

/** Everything in a worktree that git does not track, sorted: files, and links with their targets. */
async function found(world: World, path: string): Promise<string[]> {
  const tracked = new Set((await world.sh(path, 'git ls-files -z')).split('\0'));
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const names = await Promise.all(
    entries
      .filter(entry => !entry.isDirectory())
      .map(entry => relative(path, join(entry.parentPath, entry.name)))
      .filter(name => !/(^|\/)\.git(\/|$)/.test(name) && !tracked.has(name))
      .map(async name => {
        const target = await readlink(join(path, name)).catch(() => null);
        return target === null ? name : `${name} -> ${target.replace(world.repo, 'REPO')}`;
      }),
  );
  return names.sort();
}

const IGNORE = `printf '%s\\n' '.env*' '*.key' node_modules/ /build /config/secret/ > .gitignore; git add .gitignore; git commit --quiet -m ignore`;

/** Of what is in the main work tree: what is there then in the worktree. */
const cases: [what: string, script: string, want: Want, found: string[]][] = [
  ['nothing is asked for', 'echo 1 > .env', {}, []],
  ['a file at the root', 'echo 1 > .env; mkdir a; echo 1 > a/.env', { copy: ['.env'] }, ['.env']],
  [
    'a pattern at the root',
    'echo 1 > .env.a; echo 1 > .env.b; echo 1 > .env',
    { copy: ['.env.*'] },
    ['.env.a', '.env.b'],
  ],
  [
    'a file at any depth, but in no directory that is ignored whole',
    'for d in . a a/b node_modules node_modules/x build; do mkdir -p $d; echo 1 > $d/.env; done',
    { copy: ['**/.env'] },
    ['.env', 'a/.env', 'a/b/.env'],
  ],
  [
    'a file named by .worktreeinclude, at any depth',
    'mkdir a; echo 1 > .env; echo 1 > a/.env; echo 1 > x.key',
    { include: '# mine\n.env\n' },
    ['.env', 'a/.env'],
  ],
  [
    'an exception of .worktreeinclude',
    'echo 1 > .env; echo 1 > .env.local',
    { include: '.env*\n!.env.local\n' },
    ['.env'],
  ],
  [
    'broken patterns of .worktreeinclude',
    'echo 1 > .env',
    { include: '[\n\\\n!\n/\n**[a-\n.env\n\xff\n' },
    ['.env'],
  ],
  ['.worktreeinclude is a directory', 'echo 1 > .env; mkdir .worktreeinclude', { copy: ['.env'] }, ['.env']],
  ['.worktreeinclude is a pipe', 'echo 1 > .env; mkfifo .worktreeinclude', { copy: ['.env'] }, ['.env']],
  [
    '.worktreeinclude is a link to a device',
    'echo 1 > .env; ln -s /dev/zero .worktreeinclude',
    { copy: ['.env'] },
    ['.env'],
  ],
  [
    'a file that the person’s own core.excludesFile ignores',
    `echo '*.mine' > ../excluded; git config core.excludesFile "$PWD/../excluded"; echo 1 > x.mine`,
    { copy: ['*.mine'] },
    ['x.mine'],
  ],
  [
    'patterns that look like options',
    'for n in --help -z; do mkdir -p -- "./$n"; echo 1 > "./$n/x.key"; done',
    { copy: ['--help/x.key', '-z'], include: '--no-index\n--stdin\n' },
    ['--help/x.key', '-z/x.key'],
  ],
  [
    'a sparse checkout',
    `mkdir a b; echo 1 > a/f; echo 1 > b/f; git add a b; git commit --quiet -m f; git sparse-checkout set a
     mkdir -p b node_modules; for d in . a b; do echo 1 > $d/.env; done`,
    { copy: ['**/.env'], link: ['node_modules'] },
    ['.env', 'a/.env', 'b/.env', 'node_modules -> REPO/node_modules'],
  ],
  [
    'a directory that is a link on the branch, beside others',
    `ln -s nothing way; git add way; git commit --quiet -m link; git branch fix; git rm -q way; mkdir -p way zoo
     echo 1 > way/tracked; git add way; git commit --quiet -m directory; echo 1 > way/.env; echo 1 > zoo/.env`,
    { copy: ['**/.env'] },
    ['zoo/.env'],
  ],
  ['a file that git only does not track', 'echo 1 > plain', { copy: ['plain'], include: '*' }, []],
  [
    'a file that git tracks though it is ignored',
    'echo mine > x.key; git add -f x.key; git commit --quiet -m key; echo changed > x.key',
    { copy: ['*'], include: '*' },
    [],
  ],
  [
    'a directory that is ignored whole',
    'mkdir -p build/a; echo 1 > build/a/b; echo 1 > build/c',
    { copy: ['build'] },
    ['build/a/b', 'build/c'],
  ],
  [
    'files in a directory that is ignored whole',
    'mkdir -p config/secret/deep; echo 1 > config/secret/a.pem; echo 1 > config/secret/b; echo 1 > config/secret/deep/c.pem',
    { copy: ['config/secret/*.pem'] },
    ['config/secret/a.pem'],
  ],
  [
    'files anywhere in a directory that is ignored whole',
    'mkdir -p build/a/b; echo 1 > build/a/b/x.pem; echo 1 > build/x.pem; echo 1 > build/y',
    { copy: ['build/**/*.pem'] },
    ['build/a/b/x.pem', 'build/x.pem'],
  ],
  [
    'all in a directory but one',
    'mkdir -p build/big build/a; echo 1 > build/big/x; echo 1 > build/a/x; echo 1 > build/y',
    { copy: ['build/*', '!build/big'] },
    ['build/a/x', 'build/y'],
  ],
  [
    'ignored files in a directory that is not itself ignored',
    'mkdir -p new/deep; echo 1 > new/deep/x.key; echo 1 > new/y.key; echo 1 > new/plain',
    { copy: ['new'] },
    ['new/deep/x.key', 'new/y.key'],
  ],
  [
    'names of all kinds',
    `for n in ':x' '-x' 'a b' '"q"' "$(printf 'n\\nl')" 'ü' '*' '[a]' '!x' '#x'; do echo 1 > "$n.key"; done; rm "$(printf 'n\\nl').key"`,
    { copy: ['*.key'] },
    ['!x.key', '"q".key', '#x.key', '*.key', '-x.key', ':x.key', '[a].key', 'a b.key', 'ü.key'],
  ],
  [
    'a path that leads out',
    'echo 1 > ../out.key; mkdir a',
    { copy: ['../out.key', 'a/../../out.key'], link: ['../out.key'] },
    [],
  ],
  [
    'links within',
    'echo 1 > .env; ln -s .env .env.link; ln -s "$PWD/.env" .env.absolute; ln -s nothing .env.dangling; mkdir a; ln -s ../.env a/.env',
    { copy: ['**/.env?*', 'a/.env'] },
    ['.env.absolute -> REPO/.env', '.env.dangling -> nothing', '.env.link -> .env', 'a/.env -> ../.env'],
  ],
  [
    'links that lead out',
    `mkdir ../out; echo 1 > ../out/x; ln -s ../out/x .env.relative; ln -s /etc/passwd .env.absolute; ln -s ../repo/app.txt .env.back
     ln -s "$PWD/../out" hop.key; ln -s hop.key/x .env.hop; ln -s ../nothing .env.dangling`,
    { copy: ['.env.*', '*.key'] },
    [],
  ],
  [
    'a directory that is a link out',
    'mkdir ../out; echo 1 > ../out/.env; ln -s ../out build; ln -s ../out linked; echo 1 > .env',
    { copy: ['build', 'build/.env', 'linked/.env', '.env'], link: ['build'] },
    ['.env'],
  ],
  [
    'links that lead out, in a directory',
    'mkdir build; ln -s /etc build/etc; ln -s ../.. build/up; ln -s x build/within; echo 1 > build/x',
    { copy: ['build'] },
    ['build/within -> x', 'build/x'],
  ],
  [
    'no files: a socket, a pipe',
    'mkdir build; mkfifo build/pipe x.key; echo 1 > build/x',
    { copy: ['build', '*.key'] },
    ['build/x'],
  ],
  [
    'repositories, but no other work trees, in a directory',
    `mkdir build; git init --quiet build/own; echo 1 > build/own/x; git worktree add --quiet -b other build/other; echo 1 > build/x`,
    { copy: ['build'] },
    ['build/own/x', 'build/x'],
  ],
  [
    'a link to a directory',
    'mkdir -p node_modules/x; echo 1 > node_modules/x/y',
    { link: ['node_modules'] },
    ['node_modules -> REPO/node_modules'],
  ],
  [
    'links to directories at any depth',
    `for d in . pk/a pk/b; do mkdir -p $d/node_modules/x; echo 1 > $d/node_modules/x/y; done
     echo 1 > pk/a/package; echo 1 > pk/b/package; git add pk; git commit --quiet -m pk`,
    { link: ['**/node_modules'] },
    [
      'node_modules -> REPO/node_modules',
      'pk/a/node_modules -> REPO/pk/a/node_modules',
      'pk/b/node_modules -> REPO/pk/b/node_modules',
    ],
  ],
  [
    'a link in a directory that the branch does not have',
    'mkdir -p pk/a/node_modules/x; echo 1 > pk/a/node_modules/x/y',
    { link: ['pk/a/node_modules'] },
    [],
  ],
  [
    'a link in a directory that is ignored whole',
    'mkdir -p build/cache; echo 1 > build/cache/x; echo 1 > build/y',
    { link: ['build/cache'] },
    ['build/cache -> REPO/build/cache'],
  ],
  ['a link to what is not there', 'true', { link: ['node_modules'] }, []],
  ['a link to what is not ignored', 'mkdir data; echo 1 > data/x', { link: ['data', 'app.txt'] }, []],
  [
    'a link to a directory in which some is tracked',
    'mkdir data; echo 1 > data/x; echo 1 > data/y.key; git add data; git commit --quiet -m data',
    { link: ['data'] },
    [],
  ],
  [
    'linked and copied at once',
    'mkdir node_modules; echo 1 > node_modules/x',
    { link: ['node_modules'], copy: ['node_modules', 'node_modules/x'] },
    ['node_modules -> REPO/node_modules'],
  ],
];

for (const [what, script, want, expected] of cases)
  test(`furnished: ${what}`, async t => {
    const world = await withWorld(t);
    await world.sh(world.repo, `${IGNORE}\n${script}`);
    const main = () =>
      world.sh(
        world.repo,
        String.raw`find . -name .git -prune -o ! -name .worktreeinclude ! -name . -printf '%p %y %m %s %T@ %l\n' | sort`,
      );
    const before = await main();
    const { path } = await make(world, want);
    t.is(await main(), before, 'the main work tree is as it was');
    t.deepEqual(await found(world, path), [...expected].sort());
    t.deepEqual(await world.kinds(path), [], 'no loss for a discard');
  });

test('modes, times and any bytes of a name are kept', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `${IGNORE}; mkdir -p build/sealed; echo 1 > build/run; chmod 750 build/run; touch -d 2001-02-03 build/run
     echo 1 > build/sealed/x; chmod 400 build/sealed/x; chmod 500 build/sealed; printf 1 > "$(printf 'b\\377\\nc.key')"`,
  );
  const { path, said } = await make(world, { copy: ['build', '*.key'] });
  const look = (dir: string) =>
    world.sh(
      dir,
      `stat -c '%n %a %s' build/run build/sealed build/sealed/x; stat -c %y build/run; ls *.key | od -c`,
    );
  t.is(await look(path), await look(world.repo));
  t.is(said.length, 1);
  t.regex(said[0]!, /^copied build\/, b\ufffd\nc\.key$/);
  await world.sh(world.repo, 'chmod 700 build/sealed');
});

test('what stands in the worktree is not replaced, and links in it are not followed', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `mkdir ../out; ln -s ../../out way; ln -s ../../out build; echo theirs > .env; mkdir d; echo theirs > d/x.key; echo t > node_modules
     git add .; git commit --quiet -m theirs; git branch fix; git rm -rq --cached way build .env d node_modules; rm -r way build .env d node_modules
     printf '%s\n' '*' > .git/info/exclude; git commit --quiet -m none
     mkdir way build d node_modules; for f in .env d/x.key d/y.key way/x build/x node_modules/x; do echo mine > $f; done`,
  );
  const { path } = await make(world, { copy: ['**', '!node_modules'], link: ['node_modules', 'way'] });
  t.deepEqual(await found(world, path), ['d/y.key']);
  t.is(await world.sh(path, 'cat .env d/x.key node_modules; git status --porcelain'), 'theirs\ntheirs\nt');
  t.deepEqual(await readdir(join(world.worktreesFolder, '..', '..', 'out')), []);
  t.false(existsSync(join(world.worktreesFolder, '..', 'out')));
});

test('what git does not ignore on the branch is left out, lest it be committed there', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `git branch fix; ${IGNORE}; echo 1 > .env; mkdir build node_modules; touch build/x node_modules/x`,
  );
  const { path, said } = await make(world, { copy: ['.env', 'build'], link: ['node_modules'] });
  t.deepEqual(await found(world, path), []);
  t.deepEqual(said, ['left out, since git does not ignore it on this branch: node_modules, .env, build']);
});

test('what was left out is told, with the reason', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `${IGNORE}; for i in 1 2 3 4 5; do echo 1 > .env.$i; done; ln -s /etc/passwd .env.out; mkdir data node_modules`,
  );
  const { said } = await make(world, { copy: ['.env.*', 'data', '../x'], link: ['node_modules'] });
  t.deepEqual(said, [
    'copied .env.1, .env.2, .env.3 and 2 more; linked node_modules',
    'left out, since git does not ignore it: data/',
    'left out, since it leads out of the repository: .env.out',
    'not copied, since it leads out of the repository: ../x',
    'git takes the link node_modules for untracked: a pattern without a slash at its end ignores links too',
  ]);
});

test('a link that actor made is no loss and no change, any other is', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `${IGNORE}; mkdir -p pk/a node_modules pk/a/node_modules; echo 1 > pk/a/x; git add pk; git commit --quiet -m pk; git clone --quiet . ../other`,
  );
  const { path } = await make(world, { link: ['**/node_modules'] });
  const dirty = () => hasUncommitted(world.git, path, {});
  t.is(await world.sh(path, 'git status --porcelain'), '?? node_modules\n?? pk/a/node_modules');
  t.deepEqual(await world.kinds(path), []);
  t.false(await dirty());
  // The rest of the directory goes, and git shows it as a whole.
  await world.sh(path, 'git rm --quiet pk/a/x; git commit --quiet -m gone');
  t.is(await world.sh(path, 'git status --porcelain'), '?? node_modules\n?? pk/');
  t.deepEqual(await world.kinds(path), []);
  await rm(join(world.repo, 'node_modules'), { recursive: true });
  t.deepEqual(await world.kinds(path), [], 'its target is gone');
  for (const change of [
    'touch pk/a/y',
    `ln -s "${world.repo}/node_modules" pk/a/x`,
    `rm node_modules; ln -s "${world.arena.root}/other/node_modules" node_modules`,
    `rm node_modules; ln -s ../other node_modules`,
    'rm node_modules; echo > node_modules',
    'git add node_modules',
  ]) {
    await world.sh(path, change);
    t.not((await world.kinds(path)).length, 0, change);
    t.true(await dirty(), change);
    await world.sh(
      path,
      `git reset --quiet; rm -f pk/a/x pk/a/y; rm node_modules; ln -s "${world.repo}/node_modules" node_modules`,
    );
    t.deepEqual(await world.kinds(path), []);
  }
});

/** What is done with a furnished worktree so that it is gone. */
const removals: [
  what: string,
  remove: (world: World, made: Awaited<ReturnType<typeof make>>['made']) => Promise<unknown>,
][] = [
  [
    'a discard',
    async (world, made) => {
      const { path } = made;
      await keepCreated(made);
      const hidden = await setAside(path);
      if ((await inspectSetAside(world.git, hidden)).length > 0) throw new Error('there is work in it');
      await finishRemoval(hidden);
    },
  ],
  ['a roll-back', (world, made) => undoCreate(world.git, made)],
  ['a sweep after a crash', world => sweepHalfMade(world.git, { ...world, isKept: () => false })],
  [
    'the trash',
    async (world, made) => {
      const { path } = made;
      await keepCreated(made);
      const entry = await moveToTrash(world.git, await setAside(path), world.trashFolder);
      await world.sh(entry, 'test -L worktree/node_modules; test -f worktree/build/x');
    },
  ],
  [
    'the trash on another file system',
    async (world, made) => {
      const { path } = made;
      await keepCreated(made);
      const folder = await world.sh('/', 'mktemp -d /dev/shm/a-XXXXXX 2>/dev/null || mktemp -d');
      try {
        const entry = await moveToTrash(world.git, await setAside(path), folder);
        await world.sh(entry, 'test -L worktree/node_modules; test -f worktree/build/x');
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  ],
];

for (const [what, remove] of removals)
  test(`nothing is deleted through a link by ${what}`, async t => {
    const world = await withWorld(t);
    await world.sh(
      world.repo,
      `${IGNORE}; mkdir -p node_modules/x build; echo 1 > node_modules/x/y; echo 1 > build/x; ln -s "$PWD/node_modules" build/link`,
    );
    const { path, made } = await make(world, { copy: ['build'], link: ['node_modules'] });
    await world.sh(path, 'test -L node_modules; test -L build/link; cat node_modules/x/y; chmod 500 build');
    await remove(world, made);
    t.deepEqual(await readdir(world.worktreesFolder), []);
    t.is(await world.sh(world.repo, 'cat node_modules/x/y; git status --porcelain'), '1');
  });

test('a failure while it is furnished leaves nothing', async t => {
  const world = await withWorld(t);
  await t.throwsAsync(
    createWorktree(world.git, {
      repo: world.repo,
      path: join(world.worktreesFolder, 'fix'),
      branch: 'fix',
      base: null,
      from: world.repo,
      furnish: async at => {
        await writeFile(join(at, 'half'), '');
        throw new Error('the disk is full');
      },
    }),
    { message: 'the disk is full' },
  );
  t.deepEqual(await readdir(world.worktreesFolder), []);
  t.is(
    await world.sh(world.repo, 'git for-each-ref --format="%(refname)"; git worktree list | wc -l'),
    'refs/heads/main\n1',
  );
});

test('a bare repository has nothing to furnish with', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, 'git clone --quiet --bare . ../bare');
  world.repo = join(world.arena.root, 'bare');
  const { path, said } = await make(world, { copy: ['.env'], link: ['node_modules'], include: '.env' });
  t.deepEqual([await found(world, path), said], [[], []]);
});

test('a main work tree that git cannot look at is told, and no failure', async t => {
  const world = await withWorld(t);
  // As `git config --worktree` leaves a bare repository: core.bare is in config.worktree.
  await world.sh(
    world.repo,
    `mkdir ../project; git clone --quiet --bare . ../project/.git; cd ../project/.git
     git config extensions.worktreeConfig true; git config --unset core.bare; git config --file config.worktree core.bare true`,
  );
  world.repo = join(world.arena.root, 'project');
  const { path, said } = await make(world, { copy: ['.env'], link: ['node_modules'] });
  t.deepEqual(await found(world, path), []);
  t.is(said.length, 1);
  t.regex(said[0]!, /^nothing is copied or linked: git ls-files: .*work tree/);
});

test('a repository that is itself a submodule', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  world.repo = join(world.repo, 'lib');
  await world.sh(world.repo, `${INIT}; echo .env > ../.git/modules/lib/info/exclude; echo 1 > .env`);
  const { path, said } = await make(world, { copy: ['.env'] });
  t.deepEqual(said, ['copied .env; submodule deep']);
  t.deepEqual(await world.kinds(path), []);
});

test('a file that is cut short while it is copied', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `${IGNORE}; mkdir build; head -c 1M /dev/urandom >build/log; truncate -s 3G build/log`,
  );
  const making = make(world, { copy: ['build'] });
  const copy = join(world.worktreesFolder, 'fix/build/log');
  await eventually(
    () => stat(copy),
    ({ size }) => size > 0,
    { every: 1 },
  );
  await truncate(join(world.repo, 'build/log'), 0);
  t.deepEqual((await making).said, ['copied build/']);
});

test('a file with holes stays one', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `${IGNORE}; mkdir build; cd build; head -c 700K /dev/urandom >disk; truncate -s 900M disk; echo end >>disk; truncate -s 901M disk`,
  );
  const { path } = await make(world, { copy: ['build'] });
  await world.sh(path, `cmp build/disk ${world.repo}/build/disk`);
  t.true((await stat(join(path, 'build/disk'))).blocks * 512 < 10 * 2 ** 20);
});

for (const [what, side] of [
  ['the main work tree', 'from'],
  ['the new one', 'to'],
] as const)
  test(`a link that comes in place of a directory of ${what} while it is copied`, async t => {
    const { root } = await withArena(t);
    const trees = { from: join(root, 'from'), to: join(root, 'to') };
    const outside = join(root, 'outside');
    for (const folder of [trees.to, outside, join(trees.from, 'build/deep')])
      await mkdir(folder, { recursive: true });
    const names = Array.from({ length: 50 }, (_, index) => `${index}`);
    for (const name of names) {
      await writeFile(join(trees.from, 'build/deep', name), 'mine');
      if (side === 'from') await writeFile(join(outside, name), 'secret');
    }
    const copying = new Copying(trees, () => {
      if (copying.made > 1) return;
      renameSync(join(trees[side], 'build/deep'), join(trees[side], 'away'));
      symlinkSync(outside, join(trees[side], 'build/deep'));
    });
    copying.copy('build');
    const copy = side === 'from' ? join(trees.to, 'build/deep') : join(trees.to, 'away');
    const texts = await Promise.all(names.map(name => readFile(join(copy, name), 'utf8')));
    t.deepEqual(new Set(texts), new Set(['mine']));
    if (side === 'to') t.deepEqual(await readdir(outside), []);
  });

test('more names than a call can have arguments', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, `${IGNORE}; seq -f %g.key 150000 | xargs touch`);
  const matcher = await Matcher.open(world.git, world.repo, world.arena.tmp);
  t.teardown(() => matcher.close());
  t.is((await matcher.matches(rulesOf('*.key'))).length, 150_000);
});

test('ended in the middle, nothing that it has started goes on, and nothing is left', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  const begun = join(world.arena.home, 'begun');
  await writeFile(join(world.arena.bin, 'hang'), `#!/bin/sh\ntouch ${begun}\nsleep 500\n`, { mode: 0o755 });
  await world.sh(
    world.repo,
    `git config --global protocol.ext.allow always; ${INIT}; git -C lib config remote.origin.url ext::hang
     git update-index --cacheinfo 160000,1234567890123456789012345678901234567890,lib; git commit --quiet -m pin`,
  );
  const abort = new AbortController();
  const git = new Git(world.arena.env, abort.signal);
  const path = join(world.worktreesFolder, 'fix');
  const making = createWorktree(world.git, {
    repo: world.repo,
    path,
    branch: 'fix',
    base: null,
    from: world.repo,
    furnish: async at => {
      const options = { onProgress: () => {}, signal: abort.signal };
      await furnish(git, { repo: world.repo, path: at }, { copy: [], link: [] }, options);
    },
  });
  const failed = t.throwsAsync(making, { message: 'enough' });
  await eventually(
    () => existsSync(begun),
    isThere => isThere,
  );
  abort.abort(new Error('enough'));
  await failed;
  t.deepEqual(
    (await processesOf(world.arena.actorHome, null)).map(({ command }) => command),
    [],
  );
  t.deepEqual(await readdir(world.worktreesFolder), []);
  t.false(existsSync(join(world.repo, '.git/worktrees')));
});

/** The remotes of the submodules are out of reach. */
async function offline(world: World): Promise<void> {
  for (const name of ['lib', 'deep'])
    await rename(join(world.arena.root, `${name}.src`), join(world.arena.root, `${name}.away`));
}

const COMMITS =
  'git rev-parse HEAD HEAD:lib; git -C lib rev-parse HEAD HEAD:deep; git -C lib/deep rev-parse HEAD';

test('submodules are there without their remotes, as git would have made them', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(
    world.repo,
    `${INIT}; git -C lib branch own; git -C lib tag v1; cd lib; echo x >> lib.txt; git stash --quiet`,
  );
  await offline(world);
  const { path, said } = await make(world, {});
  t.deepEqual(said, ['submodules lib, lib/deep']);
  t.is(await world.sh(path, COMMITS), await world.sh(world.repo, COMMITS));
  t.is(
    await world.sh(
      path,
      'cat lib/lib.txt lib/deep/deep.txt; git status --porcelain; git submodule status --recursive | cut -c 1 | sort -u',
    ),
    'lib\ndeep',
  );
  const config = 'git config remote.origin.url; git -C deep config remote.origin.url';
  t.is(await world.sh(join(path, 'lib'), config), await world.sh(join(world.repo, 'lib'), config));
  t.is(
    await world.sh(
      join(path, 'lib'),
      'git for-each-ref --format="%(refname) %(symref)"; git rev-parse --git-dir',
    ),
    `refs/remotes/origin/HEAD refs/remotes/origin/main\nrefs/remotes/origin/main \nrefs/tags/v1 \n${world.repo}/.git/worktrees/fix/modules/lib`,
  );
  t.deepEqual(await world.kinds(path), []);
});

test('work in such submodules is a loss, and there is none when they were set aside and are removed', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(world.repo, INIT);
  const { path } = await make(world, {});
  await world.sh(path, 'echo x > lib/deep/new; git -C lib commit --quiet --allow-empty --message Own');
  t.deepEqual(
    await world.kinds(path),
    ['unstaged', 'submodule-changes', 'submodule-commits'].filter(kind => kind !== 'unstaged'),
  );
  await world.sh(
    path,
    'rm lib/deep/new; git -C lib push --quiet origin HEAD:refs/heads/own; git -C lib checkout --quiet HEAD~1',
  );
  t.deepEqual(await world.kinds(path), []);
  t.is(
    await world.sh(world.arena.root, 'git -C lib.src log -1 --format=%s own'),
    'Own',
    'its remote is the real one',
  );
  const hidden = await setAside(path);
  t.deepEqual(await inspectSetAside(world.git, hidden), []);
  await finishRemoval(hidden);
  t.is(await world.sh(world.repo, 'git -C lib fsck; git -C lib/deep fsck; git status --porcelain'), '');
});

test('a submodule commit that only the main work tree has is checked out, and no loss', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(
    world.repo,
    `${INIT}; git -C lib checkout --quiet --detach; git -C lib commit --quiet --allow-empty --message Unpushed; git commit --quiet -am pin`,
  );
  await offline(world);
  const { path, said } = await make(world, {});
  t.deepEqual(said, ['submodules lib, lib/deep']);
  t.is(await world.sh(path, 'git -C lib log -1 --format=%s'), 'Unpushed');
  t.deepEqual(await world.kinds(path), []);
});

test('a submodule whose commit cannot be had is told, left empty, and no loss', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(
    world.repo,
    `${INIT}; git update-index --cacheinfo 160000,1234567890123456789012345678901234567890,lib; git commit --quiet -m pin`,
  );
  await offline(world);
  const { path, said } = await make(world, {});
  t.is(said.length, 1);
  t.regex(said[0]!, /^submodule lib is not initialised: git submodule update: /);
  t.deepEqual(await readdir(join(path, 'lib')), []);
  t.false(existsSync(join(world.repo, '.git/worktrees/fix/modules/lib')));
  t.deepEqual(await world.kinds(path), []);
});

test('a submodule commit that the main work tree does not have yet is fetched', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(world.repo, INIT);
  const commit = await world.sh(
    join(world.arena.root, 'lib.src'),
    'git commit --quiet --allow-empty --message Newer; git rev-parse HEAD',
  );
  await world.sh(world.repo, `git update-index --cacheinfo 160000,${commit},lib; git commit --quiet -m pin`);
  const { path, said } = await make(world, {});
  t.deepEqual(said, ['submodules lib, lib/deep']);
  t.is(await world.sh(path, 'git -C lib log -1 --format=%s'), 'Newer');
  t.deepEqual(await world.kinds(path), []);
});

for (const [what, script, expected] of [
  ['that are not initialised in the main work tree', 'git submodule --quiet deinit --all', []],
  [
    'of which one is not initialised there',
    `${INIT}; git -C lib submodule --quiet deinit deep`,
    ['submodule lib'],
  ],
  ['that the branch does not have', 'git branch fix HEAD~1', []],
  [
    'that only the branch has',
    `${INIT}; git branch fix; git reset --quiet --hard HEAD~1`,
    ['submodules lib, lib/deep'],
  ],
  [
    'that moved since',
    `${INIT}; git branch fix; git mv lib moved; git commit --quiet -m moved`,
    ['submodules lib, lib/deep'],
  ],
  ['that are set not to be updated', `${INIT}; git config submodule.lib.update none`, []],
  [
    'whose name leads out',
    'git config --file .gitmodules --rename-section submodule.lib submodule.../../x; git commit --quiet -am x; git config submodule.../../x.url x',
    [],
  ],
] as const)
  test(`submodules ${what}`, async t => {
    const world = await withWorld(t);
    await world.addSubmodules();
    await world.sh(world.repo, script);
    await offline(world);
    const { path, said } = await make(world, {});
    t.deepEqual(said, [...expected]);
    t.deepEqual(await world.kinds(path), []);
  });

test('the submodules of old, with their repository inside', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(
    world.repo,
    `${INIT}; rm lib/.git; mv .git/modules/lib lib/.git; git config --file lib/.git/config --unset core.worktree; rm -rf lib/deep`,
  );
  await offline(world);
  const { path, said } = await make(world, {});
  t.deepEqual(said, ['submodules lib, lib/deep']);
  t.is(await world.sh(path, 'cat lib/lib.txt lib/deep/deep.txt'), 'lib\ndeep');
  t.deepEqual(await world.kinds(path), []);
});

test('a submodule without all of its history', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(
    world.repo,
    `git submodule --quiet deinit --all --force; rm -rf .git/modules; git -C ../lib.src commit --quiet --allow-empty -m Newer
     git config -f .gitmodules submodule.lib.url "file://${world.arena.root}/lib.src"; git commit --quiet -am url
     git submodule --quiet update --init --depth 1; test -f .git/modules/lib/shallow`,
  );
  await offline(world);
  const { path, said } = await make(world, {});
  t.deepEqual(said, ['submodule lib']);
  t.is(await world.sh(path, 'cat lib/lib.txt'), 'lib');
  t.deepEqual(await world.kinds(path), []);
});

test('a repository elsewhere is not taken for that of a submodule behind a link', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  await world.sh(
    world.repo,
    `git mv lib d/lib 2>/dev/null || { mkdir d; git mv lib d/lib; }; git commit --quiet -m d; git branch fix
     git rm -rq --force d; rm -rf d .git/modules; git init --quiet ../secret/lib; echo s > ../secret/lib/s; git -C ../secret/lib add .; git -C ../secret/lib commit --quiet -m s
     ln -s ../secret d; git add d; git commit --quiet -m link`,
  );
  const { path, said } = await make(world, {});
  t.deepEqual(said, []);
  t.deepEqual(await readdir(join(path, 'd/lib')), []);
});
