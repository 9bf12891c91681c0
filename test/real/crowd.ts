/** The story that everything else is for: with each kind of agent as main and as sessions, and with claude's documented doors only. */

import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { packageRoot } from '../helpers/root.js';
import { openTerminal } from '../helpers/terminal.js';
import { holds } from '../helpers/wait.js';
import type { RealAgent } from './install.js';
import { kill, MAIN_UNASKED, PATIENCE, type StageOptions, withStage } from './stage.js';

const DRAFT = 'half a thought about';
const actorProgram = join(packageRoot, 'dist', 'actor.cjs');

/** What a session's agent is asked for so that it fails, and so that it asks for permission. */
const WORDS: Record<RealAgent, { fails: string; asks: string; asking: string[] }> = {
  claude: { fails: 'STATUS:400', asks: 'TOOL:touch made-by-asks', asking: ['permission-mode=manual'] },
  codex: {
    fails: 'FAIL:400',
    asks: 'ESCALATE:touch made-by-asks',
    asking: ['sandbox=workspace-write', 'ask-for-approval=on-request'],
  },
};

export interface CrowdOptions extends Omit<StageOptions, 'agents'> {
  main?: RealAgent;
  sessions?: RealAgent;
}

export async function withCrowd(t: ExecutionContext, options: CrowdOptions): Promise<void> {
  const { main = 'claude', sessions = 'claude' } = options;
  const stage = await withStage(t, { ...options, agents: main === sessions ? [main] : [main, sessions] });
  const { arena, repo } = stage;
  const terminal = await openTerminal(t, arena, [process.execPath, actorProgram, main, MAIN_UNASKED[main]], {
    cwd: repo,
    env: arena.env,
    width: 110,
    height: 40,
  });
  const look = { timeout: PATIENCE, every: 100, describe: () => terminal.screen() };
  await stage.eventually(
    () => terminal.screen(),
    screen => /^[❯›]/m.test(screen),
    look,
  );
  await stage.reaches('main', 'idle');
  // Codex has no queue before its first turn.
  if (main === 'codex') await stage.actor('run', 'main', 'REPLY:here', '--wait');
  await terminal.type(DRAFT);
  await stage.eventually(() => terminal.screen(), hasDraft, look);

  const { fails, asks, asking } = WORDS[sessions];
  await stage.start('completes', 'REPLY:all is well', { agent: sessions });
  await stage.start('fails', fails, { agent: sessions });
  await stage.start('dies', 'SLEEP:100 REPLY:never said', { agent: sessions });
  await stage.start('asks', asks, { agent: sessions, config: asking.flatMap(each => ['--config', each]) });
  const dying = await stage.reaches('dies', 'working');
  await stage.killDaemon();
  await kill(dying.pid!);

  const events = [
    await stage.event('completes', 'completed'),
    await stage.event('fails', 'failed'),
    await stage.event('dies', 'exited'),
    await stage.event('asks', 'needs-input'),
  ];
  t.is(events[0]!.message, 'all is well');
  t.is(events[1]!.reason, 'invalid_request');
  t.is(events[2]!.outcome, 'lost');
  t.is(events[3]!.waiting_for, 'permission');

  if (options.documentedOnly) {
    await stage.eventually(
      () => stage.show('main'),
      ({ waiting_events }) => waiting_events === events.length,
    );
    await holds(() => terminal.screen(), hasDraft, 1000);
    t.deepEqual(await stage.told('main'), [], 'nothing enters an idle main without its inbox');
    await terminal.press('Enter');
    await stage.isTold('main', events);
    t.is((await stage.prompts()).filter(prompt => prompt.includes(DRAFT)).length, 1);
    return;
  }
  const told = await stage.isTold('main', events);
  t.true(
    told.every(({ redelivered }) => !redelivered),
    'nothing was told again',
  );
  await stage.reaches('main', 'idle');
  await holds(() => terminal.screen(), hasDraft, 1000);
  t.false(
    (await stage.prompts()).some(prompt => prompt.includes(DRAFT)),
    'the draft was never submitted',
  );
}

function hasDraft(screen: string): boolean {
  return new RegExp(`^[❯›]\\s${DRAFT}$`, 'm').test(screen);
}
