/** Verbs that meet: what one has begun with a session, another one ends; and a name may be another session's by then. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Rpc } from '../helpers/rpc.js';
import { eventually } from '../helpers/wait.js';
import { begun, gate, hooks, open } from './hook-stories.js';
import { type Story, tell } from './story.js';

/** An on-discard hook that keeps a discard at its first look until the test opens the gate, and then says this. */
const looking = (answer: 0 | 1) => `echo asked > ~/asked; ${gate('decide')}; exit ${answer}`;

test.serial(
  'a session that another discard took is not taken again, nor one that has its name by then',
  async t => {
    const story = await tell(t);
    await story.make('slow');
    await story.make('fix');
    await hooks(story, { 'on-discard': `[ $ACTOR_NAME != slow ] || { ${looking(0)}; }` });
    const both = story.actor('discard', 'slow', 'fix');
    await begun(story, 'asked');
    await story.ok('discard', 'fix');
    await story.make('fix', 'echo new');
    await story.ok('wait', 'fix');
    await open(story, 'decide');
    const { code, stderr } = await both;
    t.is(code, 3, stderr);
    t.regex(stderr, /^actor: no session fix: it was discarded$/m);
    t.is((await story.show('fix')).last?.message, 'new');
    t.true(existsSync(join(story.actorHome, 'worktrees', 'fix')));
    // Of several none is touched if one cannot be.
    t.is((await story.show('slow')).status, 'created');
  },
);

test.serial('of two discards of one session one does it, and the other says that there is none', async t => {
  const story = await tell(t);
  await story.make('fix');
  await hooks(story, { 'on-discard': looking(0) });
  const first = story.actor('discard', 'fix');
  await begun(story, 'asked');
  const second = story.actor('discard', 'fix');
  await open(story, 'decide');
  const ends = await Promise.all([first, second]);
  t.deepEqual(ends.map(({ code }) => code).sort(), [0, 3]);
  t.is((await story.events('--session', 'fix', '--type', 'discarded')).length, 1);
});

/** How many records of this kind the journal has. */
async function records(story: Story, kind: string): Promise<number> {
  const folder = join(story.actorHome, 'journal');
  const texts = await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name), 'utf8')));
  return texts.join('').split(`"kind":"${kind}"`).length - 1;
}

/** `actor run fix …` in the background, whose stderr grows in `~/said`. */
const runFix = (story: Story, words: string) =>
  story.run('sh', ['-c', `exec actor run fix ${words} 2> ~/said`], { cwd: story.repo });

for (const wait of ['', ' --wait'])
  test.serial(`run${wait} of a session that is being discarded says that it is gone`, async t => {
    const story = await tell(t);
    await story.make('fix');
    await hooks(story, { 'on-discard': looking(0) });
    const discard = story.actor('discard', 'fix');
    await begun(story, 'asked');
    const run = runFix(story, `'echo ran > ~/ran.txt'${wait}`);
    await begun(story, 'said', 'fix is being discarded');
    await open(story, 'decide');
    t.is((await discard).code, 0);
    const { code, stdout } = await run;
    t.is(code, 3, stdout);
    t.regex(await story.file('said'), /^actor: no session fix: it was discarded$/m);
    t.is(await story.file('ran.txt'), '');
  });

test.serial('run of a session whose discard is refused runs', async t => {
  const story = await tell(t);
  await story.make('fix', 'true', '--wait');
  await hooks(story, { 'on-discard': looking(1) });
  const discard = story.actor('discard', 'fix');
  await begun(story, 'asked');
  const run = runFix(story, "'echo ran' --wait");
  await begun(story, 'said', 'fix is being discarded');
  await open(story, 'decide');
  t.is((await discard).code, 4);
  t.is((await run).stdout, 'ran\n');
});

for (const wait of ['', ' --wait'])
  test.serial(
    `run${wait} whose prompt waits while its session is discarded says that it is gone`,
    async t => {
      const story = await tell(t);
      // Its agent is not ready as long as the gate is closed.
      await writeFile(join(story.home, '.bashrc'), `${gate('ready')}\n`);
      await story.make('fix');
      const rpc = new Rpc(story);
      await rpc.call('list', { status: null });
      const run = story.actor('run', 'fix', 'true', ...wait.trim().split(' ').filter(Boolean));
      await story.until('fix', ({ queued }) => queued === 1);
      // At once: two seconds later it would have been told that its prompt is queued.
      await rpc.call('discard', { names: ['fix'], force: false });
      const { code, stdout, stderr } = await run;
      t.is(code, 3, `${stdout}${stderr}`);
      t.regex(stderr, /^actor: no session fix: it was discarded$/m);
    },
  );

test.serial(
  'a session whose maker is discarded while it is made goes to whom the maker’s sessions go to',
  async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('lead');
    await story.make('maker', { env: { ACTOR_NAME: 'lead' } });
    await hooks(story, { 'on-start': `[ $ACTOR_NAME != fix ] || { echo asked > ~/asked; ${gate('go')}; }` });
    const making = story.make('fix', { env: { ACTOR_NAME: 'maker' } });
    await begun(story, 'asked');
    await story.ok('discard', 'maker');
    await open(story, 'go');
    await making;
    t.is((await story.show('fix')).parent, 'lead');
    // One that comes to the name is not told what is none of its business.
    await story.make('maker');
    await story.ok('run', 'fix', 'true', '--wait');
    t.is((await story.show('maker')).waiting_events, 0);
    t.is((await story.show('lead')).waiting_events, 1);
  },
);

test.serial('stop of a prompt that is on its way to its agent stops its turn', async t => {
  const story = await tell(t);
  await story.make('fix', 'true', '--wait');
  // bash takes the prompt, and says so only when the gate is open.
  await story.ok('run', 'fix', `PS0='$(${gate('go')})'"$PS0"`, '--wait');
  const run = story.actor('run', 'fix', 'sleep 60');
  await eventually(
    () => records(story, 'sending'),
    count => count === 3,
  );
  await story.ok('run', 'fix', 'echo next');
  const stop = story.actor('stop', 'fix');
  await eventually(
    () => records(story, 'held'),
    count => count === 1,
  );
  await open(story, 'go');
  t.is((await stop).stdout, 'stopped fix\n');
  await run;
  await story.until('fix', ({ status, last }) => status === 'idle' && last?.outcome === 'stopped');
  t.deepEqual(
    (await story.queue('fix')).map(({ prompt, held }) => ({ prompt, held })),
    [{ prompt: 'echo next', held: true }],
  );
});

test.serial('run --now interrupts a prompt that is on its way to its agent', async t => {
  const story = await tell(t);
  await story.make('fix', 'true', '--wait');
  await story.ok('run', 'fix', `PS0='$(${gate('go')})'"$PS0"`, '--wait');
  const run = story.actor('run', 'fix', 'sleep 60');
  await eventually(
    () => records(story, 'sending'),
    count => count === 3,
  );
  const now = story.actor('run', 'fix', 'echo now', '--now', '--wait');
  await story.until('fix', ({ queued }) => queued === 1);
  await open(story, 'go');
  await run;
  t.is((await now).stdout, 'now\n');
});

test.serial('down ends an agent that started while it was at work as it ends all others', async t => {
  const story = await tell(t);
  await story.make('slow', `trap '' HUP; echo x > ~/deaf; ${gate('go')}`);
  await begun(story, 'deaf');
  await story.until('slow', ({ status }) => status === 'working');
  await story.make('fix');
  const down = story.actor('down');
  await eventually(
    () => records(story, 'ending'),
    count => count === 1,
  );
  // All of it made before: who ignores its end is killed after five seconds.
  await story.ok('run', 'fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await open(story, 'go');
  t.deepEqual((await down).stdout, 'ended slow, fix\n');
  const { status, last } = await story.show('fix');
  t.deepEqual({ status, outcome: last?.outcome }, { status: 'ended', outcome: 'stopped' });
  t.deepEqual(await story.events('--type', 'exited'), []);
});

test.serial(
  'new of a name that another new is at work on says so, and names no session that is not there',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'on-start': `echo asked > ~/asked; ${gate('go')}` });
    const making = story.make('fix');
    await begun(story, 'asked');
    const { code, stderr } = await story.actor('new', 'FIX', '--agent', 'shell');
    t.is(code, 2);
    t.is(stderr, 'actor: a session fix is being made or taken back\nhint: actor list\n');
    await open(story, 'go');
    t.is(await making, 'fix');
  },
);

test.serial(
  'run whose prompt is dropped before its agent took it does not say that it was submitted',
  async t => {
    const story = await tell(t);
    await writeFile(join(story.home, '.bashrc'), `${gate('ready')}\n`);
    await story.make('fix');
    const run = story.actor('run', 'fix', 'true');
    await story.until('fix', ({ queued }) => queued === 1);
    await story.ok('stop', 'fix', '--clear');
    const { code, stdout } = await run;
    t.deepEqual({ code, stdout }, { code: 0, stdout: 'queued\n' });
    await open(story, 'ready');
  },
);

for (const [verb, ...words] of [
  ['run', 'fix', 'true', '--wait'],
  ['config', 'fix', 'model=fast'],
] as const)
  test.serial(
    `an edit of a session’s file by hand is not overwritten by the ${verb} that follows at once`,
    async t => {
      const story = await tell(t);
      await story.make('fix', 'true', '--wait', '--purpose', 'before');
      await story.ok('down', 'fix');
      const file = join(story.actorHome, 'sessions', 'fix.kdl');
      const edit = `sed -i 's/purpose "before"/purpose "after"/' ${file} && exec actor ${verb} ${words.join(' ')}`;
      t.is((await story.run('sh', ['-c', edit], { cwd: story.repo })).code, 0);
      t.regex(await readFile(file, 'utf8'), /purpose "after"/);
      t.is((await story.show('fix')).purpose, 'after');
      if (verb === 'config') t.regex(await story.ok('config', 'fix'), /^model +fast/m);
    },
  );

test.serial('why an agent did not start is not said of another session that has its name', async t => {
  const story = await tell(t);
  await story.make('fix');
  await rm(join(story.actorHome, 'worktrees', 'fix'), { recursive: true });
  t.regex((await story.actor('run', 'fix', 'true')).stderr, /the directory of fix is gone/);
  await story.ok('discard', 'fix');
  await hooks(story, { 'before-run': `echo asked > ~/asked; ${gate('never')}` });
  await story.make('fix');
  const run = story.actor('run', 'fix', 'true', '--wait');
  await begun(story, 'asked');
  await story.ok('stop', 'fix');
  const { code, stderr } = await run;
  t.is(code, 5);
  t.regex(stderr, /^actor: the agent of fix is gone; the prompt is held$/m);
  await story.ok('discard', 'fix', '--force');
});
