/** How turns end: interrupted, failed, at a dialog, with work left running. */
import test from 'ava';
import { holds } from '../../helpers/wait.js';
import { withStage } from '../stage.js';

test.serial('an Esc by hand in a tool stops the turn, as one before any output does', async t => {
  const stage = await withStage(t);
  await stage.start('worker', 'SLEEP:60 REPLY:never said');
  await stage.reaches('worker', 'working');
  await stage.eventually(
    () => stage.screen('worker'),
    screen => /esc to interrupt/.test(screen),
  );
  await stage.press('worker', 'Escape');
  const first = await stage.event('worker', 'stopped');
  t.is(first.outcome, 'stopped');
  // claude gives the prompt back, maybe later than it ends the turn.
  await stage.shows('worker', /❯\sSLEEP:60 REPLY:never said$/m);
  await stage.press('worker', 'C-u');
  await stage.actor('run', 'worker', 'TOOL:tail -f /dev/null');
  await stage.eventually(
    () => stage.screen('worker'),
    screen => /\besc to interrupt\b/.test(screen) && /tail -f/.test(screen.replace(/TOOL:.*/g, '')),
  );
  await stage.press('worker', 'Escape');
  await stage.event('worker', 'stopped', 2);
  t.is((await stage.show('worker')).status, 'idle');
  t.is(await stage.actor('run', 'worker', 'REPLY:still here', '--wait'), 'still here\n');
});

test.serial('stop interrupts the turn, and the agent goes on living', async t => {
  const stage = await withStage(t);
  await stage.start('worker', 'TOOL:tail -f /dev/null');
  const { pid } = await stage.reaches('worker', 'working');
  await stage.actor('stop', 'worker');
  const stopped = await stage.event('worker', 'stopped');
  t.is(stopped.turn, 1);
  t.is(await stage.actor('run', 'worker', 'REPLY:on', '--wait'), 'on\n');
  t.is((await stage.show('worker')).pid, pid);
});

for (const [status, reason] of [
  [400, 'invalid_request'],
  [401, 'authentication'],
  [429, 'rate_limit'],
  [529, 'overloaded'],
] as const)
  test.serial(`status ${status} of the API fails the turn: ${reason}`, async t => {
    const stage = await withStage(t);
    await stage.start('worker', `STATUS:${status}`);
    const failed = await stage.event('worker', 'failed');
    t.is(failed.reason, reason);
    t.true(failed.message!.length > 0);
    const { code } = await stage.try('run', 'worker', `STATUS:${status} again`, '--wait');
    t.is(code, 5);
    t.is((await stage.events('worker', 'failed')).length, 2);
  });

test.serial('the trust dialog shows as waiting for trust, and nothing is typed into it', async t => {
  const stage = await withStage(t, { trusted: false });
  await stage.actor('new', 'stranger', '--agent', 'claude');
  await stage.actor('run', 'stranger', 'REPLY:trusted');
  await stage.shows('stranger', /trust this folder/);
  const shown = Date.now();
  const waiting = await stage.reaches('stranger', 'waiting');
  t.is(waiting.waiting_for, 'trust');
  const [asked] = await stage.events('stranger', 'needs-input');
  t.true(Date.parse(asked!.time) - shown < 10_000);
  await holds(
    () => stage.screen('stranger'),
    screen => /trust this folder/.test(screen),
    4000,
  );
  t.is((await stage.show('stranger')).status, 'waiting');
  await stage.press('stranger', 'Down', 'Enter');
  const completed = await stage.event('stranger', 'completed');
  t.is(completed.message, 'trusted');
});

test.serial('a command in the background ends the turn and is named; a sub-agent keeps it open', async t => {
  const stage = await withStage(t);
  const background = { command: 'sleep 20', description: 'wait', run_in_background: true };
  await stage.start('leaves', `USE:Bash ${JSON.stringify(background)}\nREPLY:left it running`);
  const completed = await stage.event('leaves', 'completed');
  t.regex(completed.message!, /left it running[\s\S]*still running in the background: .*sleep 20/);
  const own = await stage.event('leaves', 'completed', 2);
  t.is(own.turn, 2, 'what a finished command begins is a turn of its own');

  const agent = {
    description: 'look',
    prompt: 'SLEEP:6 REPLY:seen',
    subagent_type: 'general-purpose',
    run_in_background: true,
  };
  await stage.start('delegates', `USE:Task ${JSON.stringify(agent)}\nREPLY:delegated`);
  const delegated = await stage.event('delegates', 'completed');
  t.true(delegated.duration_ms! > 5000, `it ended after ${delegated.duration_ms} ms`);
  t.is((await stage.events('delegates', 'completed')).length, 1);
});
