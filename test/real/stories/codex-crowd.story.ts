/**
 * A hundred events to a codex that is in whatever state a person or an accident can bring it into. The order is random;
 * the seed is printed, and `CROWD_SEED=N` repeats it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { ActorEvent } from '../../../cli/protocol.js';
import { kill, PATIENCE, type Stage, UNASKED, withStage } from '../stage.js';
import { type Entry, givenTexts, type ToldEvent, toldIn } from '../transcripts.js';

const EVENTS = 100;
/** How long the states go on changing, in milliseconds; what is left of the events comes in the last one. */
const TIME = 150_000;
const WORKERS = ['w1', 'w2', 'w3', 'w4'];
const DRAFT = 'half a thought about';

type State = 'idle' | 'working' | 'draft' | 'dialog' | 'interrupted' | 'failed' | 'killed';

interface Protagonist {
  name: string;
  states: readonly State[];
  start(stage: Stage): Promise<void>;
  /** Starts it again after it was killed. */
  restart(stage: Stage): Promise<void>;
}

const ASKING = ['--config', 'sandbox=workspace-write', '--config', 'ask-for-approval=on-request'];

const protagonists: Record<string, Protagonist> = {
  'a main': {
    name: 'main',
    states: ['idle', 'working', 'draft', 'dialog', 'interrupted', 'failed', 'killed'],
    start: stage => startMain(stage),
    restart: stage => startMain(stage),
  },
  'a coordinator': {
    name: 'boss',
    states: ['idle', 'working', 'draft', 'interrupted', 'killed'],
    async start(stage) {
      await mkdir(stage.arena.actorHome, { recursive: true, mode: 0o700 });
      await writeFile(join(stage.arena.actorHome, 'settings.kdl'), 'role "lead" { coordinator #true }\n');
      await stage.start('boss', 'REPLY:here', { config: [...UNASKED.codex, '--role', 'lead'] });
      await stage.event('boss', 'completed');
    },
    restart: stage => stage.actor('run', 'boss', 'REPLY:resumed', '--wait').then(() => {}),
  },
};

for (const [who, protagonist] of Object.entries(protagonists))
  test.serial(
    `${who} that is a codex is told of ${EVENTS} events, each once, whatever it is doing`,
    async t => {
      const seed = Number(process.env.CROWD_SEED ?? Date.now() % 1_000_000);
      t.log(`CROWD_SEED=${seed}`);
      const stage = await withStage(t, { agents: ['codex'] });
      const random = randomFrom(seed);
      const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
      const { name } = protagonist;
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
      // What codex holds back after an interruption comes with the next turn.
      await rests(stage, name);
      await stage.speak(name, 'REPLY:go on');

      const events = await stage.eventually(
        async () => (await Promise.all(WORKERS.map(worker => stage.events(worker, 'completed')))).flat(),
        found => found.length === EVENTS,
      );
      await stage.eventually(
        () => stage.show(name),
        ({ waiting_events }) => waiting_events === 0,
        { timeout: 2 * PATIENCE },
      );
      checkTold(stage, events, await toldAnywhere(stage));
    },
  );

/** Brings the codex into a state, lets the events come, and leads it out of the state. */
async function enact(
  stage: Stage,
  { name, restart }: Protagonist,
  state: State,
  send: () => Promise<void>,
): Promise<void> {
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
      await stage.shows(name, new RegExp(`^› ${DRAFT}$`, 'm'));
      await send();
      await toldMore(stage, name);
      stage.t.regex(await stage.screen(name), new RegExp(`^› ${DRAFT}$`, 'm'), 'the draft is untouched');
      return stage.press(name, 'C-u');
    case 'dialog':
      await begins(stage, name, 'ESCALATE:true');
      await stage.reaches(name, 'waiting');
      await send();
      // It is drawn a while after the hook told of it.
      await stage.shows(name, /Press enter to confirm/);
      stage.t.is((await stage.show(name)).status, 'waiting', 'nobody answered but the person');
      return stage.press(name, 'y');
    case 'interrupted':
      await begins(stage, name, 'SLEEP:60 REPLY:never said');
      await stage.press(name, 'Escape');
      await stage.eventually(
        () => stage.show(name),
        ({ last, turn }) => last?.outcome === 'stopped' && turn === null,
      );
      await send();
      return begins(stage, name, 'REPLY:on we go');
    case 'failed':
      await begins(stage, name, 'FAIL:400');
      await stage.eventually(
        () => stage.show(name),
        ({ status }) => status === 'idle',
      );
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

async function startMain(stage: Stage): Promise<void> {
  await stage.actor('--detach', 'codex', ...ASKING.flatMap(asArgument), 'REPLY:here');
  await stage.eventually(
    () => stage.show('main'),
    ({ last }) => last !== null,
  );
}

/** `--config key=value` of `actor new` as an option of codex. */
function asArgument(word: string): string[] {
  const [key, value] = word.split('=');
  return value === undefined ? [] : [`--${key}`, value];
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
    prompts => prompts.some(text => text.startsWith(marked)),
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

/** What stands in the rollouts of all threads. */
async function toldAnywhere(stage: Stage): Promise<ToldEvent[]> {
  const root = join(stage.arena.home, '.codex', 'sessions');
  const files = (await readdir(root, { recursive: true })).filter(file => file.endsWith('.jsonl'));
  const told = await Promise.all(
    files.map(async file => {
      const lines = (await readFile(join(root, file), 'utf8')).split('\n').filter(line => line.endsWith('}'));
      return givenTexts(
        'codex',
        lines.map(line => JSON.parse(line) as Entry),
      ).flatMap(toldIn);
    }),
  );
  return told.flat();
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
