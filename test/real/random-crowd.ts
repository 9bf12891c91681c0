/**
 * A hundred events to an agent that is in whatever state a person or an accident can bring it into. The order is random;
 * the seed is printed, and `CROWD_SEED=N` repeats it.
 */
import type { ExecutionContext } from 'ava';
import type { ActorEvent } from '../../cli/protocol.js';
import type { RealAgent } from './install.js';
import { kill, PATIENCE, type Stage, type StageOptions, withStage } from './stage.js';
import { type ToldEvent, toldAnywhere } from './transcripts.js';

const EVENTS = 100;
/** How long the states go on changing, in milliseconds; what is left of the events comes in the last one. */
const TIME = 90_000;
const WORKERS = ['w1', 'w2', 'w3', 'w4'];
const DRAFT = 'half a thought about';

export type State = 'idle' | 'working' | 'draft' | 'dialog' | 'interrupted' | 'failed' | 'killed';

export interface Protagonist extends Pick<StageOptions, 'documentedOnly'> {
  agent: RealAgent;
  name: string;
  states: readonly State[];
  /** Starts it, and returns once it has had a turn. */
  start(stage: Stage): Promise<void>;
  /** Starts it again after it was killed. */
  restart(stage: Stage): Promise<void>;
}

/** What the stub's model is told so that it asks, and how the dialog looks. */
const WORDS: Record<RealAgent, { asks: string; dialog: RegExp }> = {
  claude: { asks: 'TOOL:touch asked-for', dialog: /Do you want to/ },
  codex: { asks: 'ESCALATE:true', dialog: /Press enter to confirm/ },
};

/** Tells them; fails when one is lost, or told twice without a mark. */
export async function tellRandomly(t: ExecutionContext, protagonist: Protagonist): Promise<void> {
  const seed = Number(process.env.CROWD_SEED ?? Date.now() % 1_000_000);
  t.log(`CROWD_SEED=${seed}`);
  const { agent, name, documentedOnly = false } = protagonist;
  const stage = await withStage(t, { agents: [agent], documentedOnly });
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  await protagonist.start(stage);
  await rests(stage, name);
  for (const worker of WORKERS)
    await stage.actor('new', worker, '--agent', 'shell', { env: { ACTOR_NAME: name } });

  const log: string[] = [];
  const begin = Date.now();
  let sent = 0;
  const send = async (count: number) => {
    for (let index = 0; index < count && sent < EVENTS; index++)
      await stage.actor('run', pick(WORKERS), `echo event ${++sent}`);
  };
  while (sent < EVENTS && Date.now() - begin < TIME) {
    const state = pick(protagonist.states);
    const count = 1 + Math.floor(random() * 12);
    log.push(`${state} ${count}`);
    await enact(stage, protagonist, state, () => send(count));
  }
  log.push(`idle ${EVENTS - sent}`);
  await send(EVENTS - sent);
  t.log(`${Math.round((Date.now() - begin) / 1000)} s: ${log.join(', ')}`);
  const events = await stage.eventually(
    async () => (await Promise.all(WORKERS.map(worker => stage.events(worker, 'completed')))).flat(),
    found => found.length === EVENTS,
  );
  await takesAll(stage, protagonist);
  checkTold(stage, events, await toldAnywhere(agent, stage.arena.home));
}

/** What it holds back after an interruption comes with the next turn; to one that is told at its turns only, with several. */
async function takesAll(stage: Stage, { name, documentedOnly }: Protagonist): Promise<void> {
  for (;;) {
    await begins(stage, name, 'REPLY:go on');
    const { waiting_events } = await stage.eventually(
      () => stage.show(name),
      ({ waiting_events: waiting, status }) =>
        waiting === 0 || (documentedOnly === true && status === 'idle'),
      { timeout: 2 * PATIENCE },
    );
    if (waiting_events === 0) return;
  }
}

/** Brings it into a state, lets the events come, and leads it out of the state. */
async function enact(
  stage: Stage,
  { agent, name, restart }: Protagonist,
  state: State,
  send: () => Promise<void>,
): Promise<void> {
  const { asks, dialog } = WORDS[agent];
  const draft = new RegExp(`^[❯›]\\s${DRAFT}$`, 'm');
  switch (state) {
    case 'idle':
      await rests(stage, name);
      return send();
    case 'working':
      await begins(stage, name, 'SLEEP:8 REPLY:a long answer');
      return send();
    case 'draft':
      await rests(stage, name);
      await stage.type(name, DRAFT);
      await stage.shows(name, draft);
      await send();
      await toldMore(stage, name);
      stage.t.regex(await stage.screen(name), draft, 'the draft is untouched');
      return stage.press(name, 'C-u');
    case 'dialog':
      await begins(stage, name, asks);
      await stage.reaches(name, 'waiting');
      await send();
      // It is drawn a while after the hook told of it.
      await stage.shows(name, dialog);
      stage.t.is((await stage.show(name)).status, 'waiting', 'nobody answered but the person');
      return agree(stage, name, dialog);
    case 'interrupted':
      await begins(stage, name, 'SLEEP:60 REPLY:never said');
      await stage.press(name, 'Escape');
      // Stopped, or what waited took the turn over.
      await stage.eventually(
        () => stage.show(name),
        ({ turn }) => turn === null,
      );
      await send();
      if (agent === 'claude') await clearReturned(stage, name);
      return begins(stage, name, 'REPLY:on we go');
    case 'failed':
      // Not by a word in the prompt: claude sends one that failed along with the next one.
      await stage.fail(400);
      await begins(stage, name, 'fail');
      await stage.eventually(
        () => stage.show(name),
        ({ last, turn }) => last?.outcome === 'failed' && turn === null,
      );
      await stage.fail(0);
      return send();
    case 'killed': {
      const { pid } = await stage.show(name);
      await send();
      await kill(pid!);
      await stage.reaches(name, 'exited');
      await send();
      return restart(stage);
    }
  }
}

/** Claude puts a prompt back of which its model has said nothing yet, some time after its turn; not one that came along with an event. */
async function clearReturned(stage: Stage, name: string): Promise<void> {
  await stage.eventually(
    async () => {
      const isThere = /─\n❯\sSLEEP:60 REPLY:never said \w+\n─/.test(await stage.screen(name));
      if (isThere) await stage.press(name, 'C-u');
      return isThere;
    },
    isThere => !isThere,
  );
}

/** A dialog that was drawn this moment takes no key yet: a person presses it again. */
async function agree(stage: Stage, name: string, dialog: RegExp): Promise<void> {
  await stage.eventually(
    async () => {
      const isOpen = dialog.test(await stage.screen(name));
      if (isOpen) await stage.press(name, 'Enter');
      return isOpen;
    },
    isOpen => !isOpen,
    { every: 1000 },
  );
}

function rests(stage: Stage, name: string): Promise<unknown> {
  return stage.reaches(name, 'idle');
}

/** A person prompts it, as soon as it takes that, and its model works on it. */
async function begins(stage: Stage, name: string, prompt: string): Promise<void> {
  const marked = `${prompt} ${Math.random().toString(36).slice(2, 8)}`;
  await rests(stage, name);
  await stage.speak(name, marked);
  await stage.eventually(
    () => stage.prompts(),
    prompts => prompts.some(text => text.includes(marked)),
  );
}

/** Waits until an event came that was not there before, or none waits. */
async function toldMore(stage: Stage, name: string): Promise<void> {
  const { length } = await stage.told(name);
  await stage.eventually(
    async () => (await stage.show(name)).waiting_events === 0 || (await stage.told(name)).length > length,
    isDone => isDone,
  );
}

/** Each event stands there once unmarked; or marked, where a death left it unknowable, and then at most once unmarked. */
function checkTold(stage: Stage, events: ActorEvent[], told: ToldEvent[]): void {
  const wrong = events.flatMap(({ id }) => {
    const own = told.filter(each => each.id === id);
    const unmarked = own.filter(({ redelivered }) => !redelivered).length;
    return own.length > 0 && unmarked <= 1 && (own.length === unmarked || own.length <= 2)
      ? []
      : [`${id}: ${unmarked} + ${own.length - unmarked} marked`];
  });
  stage.t.deepEqual(wrong, []);
  stage.t.log(`${told.filter(({ redelivered }) => redelivered).length} were marked as told again`);
  stage.t.deepEqual(
    told.filter(({ session }) => !WORKERS.includes(session)),
    [],
  );
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
