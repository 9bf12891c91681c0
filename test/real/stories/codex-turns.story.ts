/** How the turns of a codex end, and what a person does to them by hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { holds } from '../../helpers/wait.js';
import { type Stage, withStage } from '../stage.js';

const agents = ['codex'] as const;

test.serial('an Esc by hand in a tool stops the turn, as one before any output does', async t => {
  const stage = await withStage(t, { agents });
  await stage.start('worker', 'SLEEP:60 REPLY:never said');
  await isAsked(stage, 'SLEEP:60');
  await stage.press('worker', 'Escape');
  const first = await stage.event('worker', 'stopped');
  t.is(first.outcome, 'stopped');
  await stage.actor('run', 'worker', 'TOOL:tail -f /dev/null');
  await stage.shows('worker', /background terminal running|Running tail/);
  await stage.press('worker', 'Escape');
  await stage.event('worker', 'stopped', 2);
  t.is((await stage.show('worker')).status, 'idle');
  t.is(await stage.actor('run', 'worker', 'REPLY:still here', '--wait'), 'still here\n');
});

test.serial('what a person adds by Enter is in the same turn, by Tab it is a turn of its own', async t => {
  const stage = await withStage(t, { agents });
  await stage.start('worker', 'HOLD:one REPLY:one');
  await isAsked(stage, 'HOLD:one');
  await stage.speak('worker', 'REPLY:two');
  await stage.shows('worker', /to be submitted[\s\S]*↳ REPLY:two$/m);
  await stage.release('one');
  const steered = await stage.event('worker', 'completed');
  t.is(steered.message, 'two');
  await holds(
    () => stage.events('worker', 'completed'),
    ({ length }) => length === 1,
    2000,
  );

  await stage.actor('run', 'worker', 'HOLD:three REPLY:three');
  await isAsked(stage, 'HOLD:three');
  await stage.speak('worker', 'REPLY:four', 'Tab');
  await stage.shows('worker', /Queued follow-up[\s\S]*↳ REPLY:four$/m);
  await stage.release('three');
  await stage.event('worker', 'completed', 3);
  const completed = await stage.events('worker', 'completed');
  t.deepEqual(
    completed.map(({ turn, message }) => [turn, message]),
    [
      [1, 'two'],
      [2, 'three'],
      [3, 'four'],
    ],
  );
  t.is((await stage.show('worker')).status, 'idle');
});

test.serial('a command by hand and a sub-agent are no turns of the session', async t => {
  const stage = await withStage(t, { agents });
  await stage.start('worker', 'REPLY:delegated\nMCP:spawn_agent {"message":"SLEEP:3 REPLY:sub says hi"}');
  const delegated = await stage.event('worker', 'completed');
  t.is(delegated.message, 'delegated');
  await isAsked(stage, 'SLEEP:3');
  await stage.type('worker', '!sleep 5; echo by hand');
  await stage.shows('worker', /^! sleep 5; echo by hand/m);
  await stage.press('worker', 'Enter');
  await stage.shows('worker', /└ by hand/);
  await holds(
    async () => (await stage.events('worker')).map(({ type }) => type).join(),
    types => types === 'created,started,turn-started,completed',
    1000,
  );
  t.is((await stage.show('worker')).status, 'idle');
  t.is(await stage.actor('run', 'worker', 'REPLY:on', '--wait'), 'on\n');
});

test.serial('an error of the API fails the turn, and says why', async t => {
  const stage = await withStage(t, { agents });
  await stage.actor('new', 'worker', '--agent', 'codex');
  const reasons = { 400: 'invalid_request', 401: 'authentication', 429: 'rate_limit', 500: 'server_error' };
  for (const [index, [status, reason]] of Object.entries(reasons).entries()) {
    const { code } = await stage.try('run', 'worker', `FAIL:${status}`, '--wait');
    t.is(code, 5);
    const failed = await stage.event('worker', 'failed', index + 1);
    t.is(failed.reason, reason);
    t.true(failed.message!.length > 0);
  }
  t.is(await stage.actor('run', 'worker', 'REPLY:well again', '--wait'), 'well again\n');
  t.is((await stage.events('worker', 'failed')).length, 4);
});

test.serial('the approval dialog shows as waiting for permission, and nothing is typed into it', async t => {
  const stage = await withStage(t, { agents });
  const config = ['--config', 'sandbox=workspace-write', '--config', 'ask-for-approval=on-request'];
  await stage.start('asks', 'ESCALATE:touch made-by-asks', { config });
  const waiting = await stage.reaches('asks', 'waiting');
  t.is(waiting.waiting_for, 'permission');
  await stage.actor('run', 'asks', 'REPLY:afterwards');
  // It is drawn a while after the hook told of it.
  await stage.shows('asks', /Yes, proceed/);
  await holds(
    () => stage.screen('asks'),
    screen => /Yes, proceed/.test(screen),
    4000,
  );
  t.false(existsSync(join(waiting.dir, 'made-by-asks')));
  t.is((await stage.show('asks')).status, 'waiting');
  await stage.press('asks', 'y');
  await stage.event('asks', 'completed', 2);
  t.true(existsSync(join(waiting.dir, 'made-by-asks')));
  t.deepEqual(
    (await stage.events('asks', 'completed')).map(({ message }) => message),
    ['ran', 'afterwards'],
  );
});

test.serial('the trust dialog shows as waiting for trust, and nothing is typed into it', async t => {
  const stage = await withStage(t, { agents, trusted: false });
  await stage.actor('new', 'stranger', '--agent', 'codex');
  await stage.actor('run', 'stranger', 'REPLY:trusted');
  const waiting = await stage.reaches('stranger', 'waiting');
  t.is(waiting.waiting_for, 'trust');
  await holds(
    () => stage.screen('stranger'),
    screen => /Trust this folder/.test(screen),
    4000,
  );
  t.is((await stage.show('stranger')).status, 'waiting');
  await stage.press('stranger', 'Enter');
  const completed = await stage.event('stranger', 'completed');
  t.is(completed.message, 'trusted');
});

/** Waits until the model works on this. */
async function isAsked(stage: Stage, prompt: string): Promise<void> {
  await stage.eventually(
    () => stage.prompts(),
    prompts => prompts.some(text => text.startsWith(prompt)),
  );
}
