/** Completions reach main whatever it is doing, and whatever the daemon was doing when it died. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../helpers/root.js';
import { holds } from '../../helpers/wait.js';
import { beforeQueue } from '../codex-queue.js';
import type { RealAgent } from '../install.js';
import { type Stage, withStage } from '../stage.js';

interface Case {
  agent: RealAgent;
  documentedOnly?: boolean;
  /** Is an idle main told only with its next prompt? */
  needsPrompt?: boolean;
  /** Where the daemon dies. */
  faults: string[];
}

const cases: Record<string, Case> = {
  claude: { agent: 'claude', faults: ['after-completed', 'after-offered', 'after-handed'] },
  'claude by documented means': { agent: 'claude', documentedOnly: true, needsPrompt: true, faults: [] },
  codex: {
    agent: 'codex',
    faults: ['after-completed', 'after-offered', 'after-handed', 'after-enqueued'],
  },
};

for (const [main, { agent, documentedOnly = false, needsPrompt = false, faults }] of Object.entries(cases)) {
  test.serial(`a main that is ${main} is told while it is idle, mid-turn, and with a draft`, async t => {
    const stage = await withStage(t, { agents: [agent], documentedOnly });
    await startMain(stage);
    await stage.start('worker', 'REPLY:first');
    const first = await stage.event('worker', 'completed', 1);
    if (needsPrompt) {
      await stage.eventually(
        () => stage.show('main'),
        ({ waiting_events }) => waiting_events === 1,
      );
      t.deepEqual(await stage.told('main'), []);
      await stage.speak('main', 'REPLY:I am here');
    }
    await stage.isTold('main', [first]);

    await stage.reaches('main', 'idle');
    await stage.speak('main', 'HOLD:main REPLY:a long answer');
    await stage.reaches('main', 'working');
    await stage.actor('run', 'worker', 'REPLY:second', '--wait');
    const second = await stage.event('worker', 'completed', 2);
    t.is((await stage.show('main')).status, 'working', 'main was still mid-turn');
    await stage.release('main');
    await stage.isTold('main', [first, second]);

    await stage.reaches('main', 'idle');
    await stage.type('main', 'a draft');
    await stage.eventually(() => stage.screen('main'), hasDraft);
    await stage.actor('run', 'worker', 'REPLY:third', '--wait');
    const third = await stage.event('worker', 'completed', 3);
    if (!needsPrompt) await stage.isTold('main', [first, second, third]);
    await holds(() => stage.screen('main'), hasDraft, 1000);
    t.false((await stage.prompts()).some(prompt => prompt.includes('a draft')));
    if (!needsPrompt) return;
    await stage.press('main', 'Enter');
    await stage.isTold('main', [first, second, third]);
  });

  for (const fault of faults)
    test.serial(`the daemon dies ${fault}: a main that is ${main} is told once`, async t => {
      const stage = await withStage(t, { agents: [agent] });
      await startMain(stage);
      await stage.actor('new', 'worker', '--agent', agent);
      await stage.actor('daemon', 'stop');
      await stage.actor('daemon', 'start', { env: { ACTOR_FAULT: fault } });
      const doomed = await stage.daemonPid();
      // The daemon may die over it before it has answered: the prompt is on record all the same.
      await stage.try('run', 'worker', 'REPLY:done');
      await stage.dies(doomed);
      const completed = await stage.event('worker', 'completed');
      const told = await stage.isTold('main', [completed]);
      t.false(told[0]!.redelivered);
      await holds(
        () => stage.told('main'),
        found => found.length === 1,
        1000,
      );
      t.is((await stage.events('worker', 'completed')).length, 1);
    });
}

test.serial('the daemon dies while codex is slow to queue: its main is told once', async t => {
  const stage = await withStage(t, { agents: ['codex'] });
  await beforeQueue(stage, 'sleep 8');
  await startMain(stage);
  await stage.actor('daemon', 'stop');
  await stage.actor('daemon', 'start', { env: { ACTOR_FAULT: 'after-handed' } });
  const doomed = await stage.daemonPid();
  await stage.try('new', 'worker', '--agent', 'shell', 'echo done');
  await stage.dies(doomed);
  const completed = await stage.event('worker', 'completed');
  await stage.isTold('main', [completed]);
  // What a second command would have put there comes out within codex's 10 s.
  await holds(
    () => stage.told('main'),
    found => found.length === 1,
    20_000,
  );
});

test.serial(
  'the clock is set back between two completions: main is told of the second one at once',
  async t => {
    const stage = await withStage(t);
    const clock = join(stage.arena.root, 'clock');
    await writeFile(clock, '0');
    const preload = join(packageRoot, 'test', 'fixtures', 'clock', 'set.cjs');
    const env = { NODE_OPTIONS: `--require ${preload}`, TEST_CLOCK: clock };
    await stage.actor('daemon', 'start', { env });
    await startMain(stage);
    await stage.actor('new', 'worker', '--agent', 'shell', 'echo first');
    const first = await stage.event('worker', 'completed', 1);
    await stage.isTold('main', [first]);
    await writeFile(clock, '-3600000');
    await stage.actor('run', 'worker', 'echo second');
    await stage.isTold('main', [first, await stage.event('worker', 'completed', 2)]);
  },
);

/** Codex takes nothing into its queue before its first turn. */
async function startMain(stage: Stage): Promise<void> {
  if (stage.agent === 'claude') return stage.startMain();
  await stage.startMain('codex', 'REPLY:I am here');
  await stage.eventually(
    () => stage.show('main'),
    ({ last, status }) => last?.turn === 1 && status === 'idle',
  );
}

function hasDraft(screen: string): boolean {
  return /^[❯›]\sa draft$/m.test(screen);
}
