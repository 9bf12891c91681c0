import test from 'ava';
import { apply } from '../../cli/domain/apply.js';
import type { Definition } from '../../cli/domain/definition.js';
import { eventRecord } from '../../cli/domain/event.js';
import type { Observation, Sighting } from '../../cli/domain/observation.js';
import type { NewRecord } from '../../cli/domain/record.js';
import { step } from '../../cli/domain/step.js';
import { emptyWorld, type Pending, type Session, type World } from '../../cli/domain/world.js';
import { definitionOf } from '../helpers/definition.js';

const samePrompt = (sent: string, seen: string) => sent.trim() === seen.trim();

/** A world that is driven by observations, with a clock that moves by hand. */
class Story {
  readonly world: World = emptyWorld();
  time = 1_000_000;

  constructor(parent: string | null = 'main') {
    this.commit({ kind: 'defined', definition: definition('s', parent) });
    this.commit({ kind: 'launching', session: 's', launch: 'l1', prompt: null, resume: false });
    this.commit({ kind: 'launched', session: 's', launch: 'l1', window: '@1', pane: '%1', pid: 42 });
    this.see({ type: 'ready' });
  }

  /** A second later. */
  tick(): number {
    this.time += 1000;
    return this.time;
  }

  get session(): Session {
    return this.world.sessions.get('s')!;
  }

  commit(...records: NewRecord[]): void {
    for (const record of records) {
      const stamped = { ...record, time: record.time ?? this.time } as Parameters<typeof apply>[1];
      apply(this.world, stamped);
    }
  }

  see(
    sighting: Sighting,
    { at = this.tick(), source = 'hook', position = null as number | null } = {},
  ): NewRecord[] {
    const observation = { ...sighting, source, position, at, by: 'a test' } as Observation;
    const records = step(this.world, this.session, observation, samePrompt);
    this.commit(...records);
    return records;
  }

  prompt(text: string, id: string): void {
    this.commit({ kind: 'prompt', session: 's', id, text, first: false, slash: false, key: id });
    this.commit({ kind: 'sending', session: 's', prompt: id, buffer: id, time: this.tick() });
  }

  types(): string[] {
    return [...this.world.pending.values()].map(({ event }) => event.type);
  }
}

function definition(name: string, parent: string | null): Definition {
  return definitionOf({ name, repo: '/r', branch: name, worktree: true, parent });
}

for (const clean of [true, false])
  test(`a turn takes whole milliseconds, also one that an agent left by a ${clean ? 'clean' : 'bad'} end`, t => {
    const story = new Story();
    story.see({ type: 'turn-began', prompt: 'by hand' }, { at: story.time + 0.375 });
    story.see({ type: 'gone', clean, detail: 'exit status 0' });
    t.is(story.session.last?.durationMs, 1000);
  });

test('a prompt is acknowledged by the turn that begins with its text, and completes with it', t => {
  const story = new Story();
  story.prompt('add a test', 'p1');
  story.see({ type: 'turn-began', prompt: 'add a test' });
  t.is(story.session.status, 'working');
  t.is(story.session.turn?.promptId, 'p1');
  t.deepEqual(story.session.queue, []);
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'done' });
  t.is(story.session.status, 'idle');
  t.deepEqual(story.session.last?.prompts, ['p1']);
  t.deepEqual(story.types(), ['completed']);
});

test('a turn takes whole milliseconds, although files have times with fractions', t => {
  const story = new Story();
  story.prompt('go', 'p1');
  story.see({ type: 'turn-began', prompt: 'go' }, { at: 1_010_000.25 });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: null }, { at: 1_010_285.5 });
  t.is(story.session.last?.durationMs, 285);
});

test('what another source tells about the same end is not a second completion', t => {
  const story = new Story();
  story.see({ type: 'turn-began', prompt: 'one' });
  const ended = story.time + 5000;
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'x' }, { at: ended });
  story.see(
    { type: 'turn-ended', outcome: 'completed', reason: null, message: 'x' },
    { at: ended + 3, source: 'transcript' },
  );
  t.deepEqual(story.types(), ['completed']);
});

test('a late word of the last end does not end the next turn', t => {
  const story = new Story();
  story.see({ type: 'turn-began', prompt: 'one' });
  const ended = story.time + 5000;
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'x' }, { at: ended });
  story.see({ type: 'turn-began', prompt: 'two' }, { at: ended + 200 });
  story.see(
    { type: 'turn-ended', outcome: 'completed', reason: null, message: 'x' },
    { at: ended + 2, source: 'transcript' },
  );
  t.is(story.session.status, 'working');
  t.is(story.session.turn?.id, 2);
});

test('a late word of a beginning does not begin a turn again', t => {
  const story = new Story();
  const began = story.time + 1000;
  story.see({ type: 'turn-began', prompt: 'one' }, { at: began });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'x' }, { at: began + 500 });
  story.see({ type: 'turn-began', prompt: 'one' }, { at: began + 1, source: 'transcript' });
  t.is(story.session.status, 'idle');
  t.is(story.session.turns, 1);
});

test('a turn that begins in the same moment as the one before it ended is one, where its source tells the order', t => {
  const story = new Story();
  const at = story.tick();
  const output = (position: number) => ({ at, source: 'output', position });
  story.see({ type: 'turn-began', prompt: null }, output(10));
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'one' }, output(20));
  t.deepEqual(story.see({ type: 'turn-began', prompt: null }, { at }), [], 'a late word of another source');
  story.see({ type: 'turn-began', prompt: null }, output(30));
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'two' }, output(40));
  t.deepEqual(story.types(), ['completed', 'completed']);
});

test('a late word of a turn is not taken for the prompt that was sent since, though that says the same', t => {
  const story = new Story();
  story.prompt('go on', 'p1');
  story.see({ type: 'turn-began', prompt: 'go on' });
  const began = story.time;
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'one' });
  const ended = story.time;
  story.prompt('go on', 'p2');
  story.see({ type: 'turn-began', prompt: 'go on' }, { at: began, source: 'transcript', position: 1 });
  story.see(
    { type: 'turn-ended', outcome: 'completed', reason: null, message: 'one', unbegun: true },
    { at: ended, source: 'transcript', position: 2 },
  );
  t.is(story.session.status, 'idle');
  t.deepEqual(
    story.session.queue.map(({ id }) => id),
    ['p2'],
  );
  t.deepEqual(story.types(), ['completed']);
  story.see({ type: 'turn-began', prompt: 'go on' });
  t.is(story.session.turn?.promptId, 'p2');
});

test('a source is processed once, by its positions', t => {
  const story = new Story();
  const at = { source: 'output', position: 100 };
  t.is(story.see({ type: 'turn-began', prompt: null }, at).length, 1);
  t.is(story.see({ type: 'turn-began', prompt: null }, at).length, 0);
  story.see(
    { type: 'turn-ended', outcome: 'completed', reason: null, message: '' },
    { source: 'output', position: 200 },
  );
  t.is(story.see({ type: 'turn-began', prompt: null }, { source: 'output', position: 150 }).length, 0);
  t.is(story.session.turns, 1);
});

test('a prompt that is refused ends no turn, and hides none', t => {
  const story = new Story();
  const refuse = (id: string) => {
    const facts = {
      type: 'failed',
      outcome: 'failed',
      reason: 'hook',
      message: 'no',
      prompt_id: id,
    } as const;
    const dropped = { kind: 'prompt-dropped', session: 's', id } as const;
    story.commit(dropped, eventRecord(story.world, story.session, 'a hook', facts));
  };
  story.see({ type: 'turn-began', prompt: 'by hand' });
  refuse('p1');
  t.like(story.session, { status: 'working', turn: { id: 1 } });
  t.like(story.session.last, { outcome: 'failed', reason: 'hook', prompts: ['p1'] });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'done' });
  const end = story.time;
  t.like(story.session.last, { turn: 1, outcome: 'completed' });

  // A turn that began before the refusal, and is heard of after it.
  const began = story.tick();
  story.tick();
  refuse('p2');
  story.see({ type: 'turn-began', prompt: 'late word of the first' }, { at: end - 100 });
  t.is(story.session.turn, null);
  story.see({ type: 'turn-began', prompt: 'by hand again' }, { at: began });
  t.is(story.session.turn?.id, 2);
  t.deepEqual(story.types(), ['failed', 'completed', 'failed']);
});

test('prompts that join a running turn end with it', t => {
  const story = new Story();
  story.see({ type: 'turn-began', prompt: null, own: true });
  story.prompt('also this', 'p1');
  story.see({ type: 'turn-began', prompt: 'also this' });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'both' });
  t.deepEqual(story.session.last?.prompts, ['p1']);
  t.is(story.session.turns, 1);
});

test('what a person typed is not taken for the prompt on its way', t => {
  const story = new Story();
  story.prompt('ours', 'p1');
  story.see({ type: 'turn-began', prompt: 'something else' });
  t.is(story.session.turn?.promptId, null);
  t.is(story.session.queue.length, 1);
});

test('a prompt whose end is its only word is acknowledged by it', t => {
  const story = new Story();
  story.prompt('# a comment', 'p1');
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: '', unbegun: true });
  t.deepEqual(story.session.last?.prompts, ['p1']);
  t.deepEqual(story.types(), ['completed']);
});

test('an agent that dies mid-turn leaves a lost turn, told once', t => {
  const story = new Story();
  story.prompt('long', 'p1');
  story.see({ type: 'turn-began', prompt: 'long' });
  story.see({ type: 'gone', clean: false, detail: 'killed by signal 9' });
  story.see({ type: 'gone', clean: false, detail: 'killed by signal 9' });
  t.is(story.session.status, 'exited');
  t.is(story.session.last?.outcome, 'lost');
  t.deepEqual(story.types(), ['exited']);
});

test('a prompt that was pasted and never acknowledged is lost with its agent, and never run again', t => {
  const story = new Story();
  story.prompt('risky', 'p1');
  story.see({ type: 'gone', clean: false, detail: 'killed by signal 9' });
  t.deepEqual(story.session.queue, []);
  t.is(story.session.last?.outcome, 'lost');
  t.deepEqual(story.session.last?.prompts, ['p1']);
});

test('what was not yet sent waits, held, when its agent dies', t => {
  const story = new Story();
  story.see({ type: 'turn-began', prompt: 'x' });
  story.commit({
    kind: 'prompt',
    session: 's',
    id: 'p9',
    text: 'later',
    first: false,
    slash: false,
    key: 'k',
  });
  story.see({ type: 'gone', clean: false, detail: 'killed by signal 9' });
  t.is(story.session.queue.length, 1);
  t.true(story.session.held);
});

test('an end that was asked for is silent, and the turn it cut off is stopped', t => {
  const story = new Story();
  story.see({ type: 'turn-began', prompt: 'x' });
  story.commit({ kind: 'ending', session: 's' });
  story.see({ type: 'gone', clean: true, detail: 'ended on request' });
  t.is(story.session.status, 'ended');
  t.is(story.session.last?.outcome, 'stopped');
  t.deepEqual(story.types(), []);
});

test('waiting is told once, and what answers it goes on with the turn', t => {
  const story = new Story();
  story.see({ type: 'turn-began', prompt: 'x' });
  story.see({ type: 'waiting', for: 'permission' });
  story.see({ type: 'waiting', for: 'permission' });
  t.is(story.session.status, 'waiting');
  t.deepEqual(story.types(), ['needs-input']);
  story.see({ type: 'resumed' });
  t.is(story.session.status, 'working');
  t.is(story.session.waitingFor, null);
});

/** A story in which an event of `s` stands in the queue of its coordinator, whose agent runs in a conversation. */
function queuedStory(): { story: Story; boss: Session; pending: () => Pending } {
  const story = new Story('boss');
  story.commit(
    { kind: 'defined', definition: definition('boss', null) },
    { kind: 'launching', session: 'boss', launch: 'boss1', prompt: null, resume: false },
    { kind: 'conversation', session: 'boss', id: 'thread', transcript: '/rollout' },
  );
  story.see({ type: 'turn-began', prompt: 'x' });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'm' });
  const [id] = [...story.world.pending.keys()];
  const delivery = { kind: 'delivery', token: 'tok', to: 'boss', launch: 'boss1', door: 'queue' } as const;
  story.commit({ ...delivery, events: [id!], state: 'accepted' });
  const boss = story.world.sessions.get('boss')!;
  return { story, boss, pending: () => story.world.pending.get(id!)! };
}

const left: Record<string, NewRecord> = {
  'a new conversation at its start': {
    kind: 'launching',
    session: 'boss',
    launch: 'boss2',
    prompt: null,
    resume: false,
  },
  'another conversation in its window': {
    kind: 'conversation',
    session: 'boss',
    id: 'other',
    transcript: null,
  },
};
for (const [how, record] of Object.entries(left))
  test(`what stands in the queue of an agent outlives it, and is told again after ${how}`, t => {
    const { story, boss, pending } = queuedStory();
    const gone = { type: 'gone', clean: false, detail: 'killed by signal 9', kept: ['tok'] } as const;
    const origin = { source: 'pane', position: null, at: story.tick(), by: 'a test' };
    story.commit(...step(story.world, boss, { ...gone, ...origin }, samePrompt));
    t.is(pending().token, 'tok');
    story.commit({ kind: 'launching', session: 'boss', launch: 'boss2', prompt: null, resume: true });
    story.commit({ kind: 'conversation', session: 'boss', id: 'thread', transcript: '/rollout' });
    t.is(pending().token, 'tok', 'a resumed conversation has its queue');
    story.commit(record);
    t.is(pending().token, null);
    t.true(pending().redelivered);
    t.is(story.world.deliveries.size, 0);
  });

test('what stands in the queue of a session that is discarded goes to its parent', t => {
  const { story, boss, pending } = queuedStory();
  story.commit(eventRecord(story.world, boss, 'a test', { type: 'discarded' }, { silent: true }));
  t.is(pending().token, null);
  t.is(pending().to, null);
});

test('a delivery is closed by its own token only', t => {
  const story = new Story(null);
  story.see({ type: 'turn-began', prompt: 'x' });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'm' });
  const [id] = [...story.world.pending.keys()];
  const offer: NewRecord = {
    kind: 'delivery',
    token: 'tok',
    to: 's',
    launch: 'l1',
    door: 'mcp',
    events: [id!],
    state: 'offered' as const,
  };
  story.commit(offer);
  story.see({ type: 'delivery-seen', token: 'other' });
  t.is(story.world.pending.size, 1);
  story.see({ type: 'delivery-seen', token: 'tok' });
  t.is(story.world.pending.size, 0);
  t.is(story.world.deliveries.size, 0);
});

test('what a dead agent may or may not have seen is told again, marked', t => {
  const story = new Story(null);
  story.see({ type: 'turn-began', prompt: 'x' });
  story.see({ type: 'turn-ended', outcome: 'completed', reason: null, message: 'm' });
  const [id] = [...story.world.pending.keys()];
  story.commit({
    kind: 'delivery',
    token: 'tok',
    to: 's',
    launch: 'l1',
    door: 'mcp',
    events: [id!],
    state: 'offered',
  });
  story.see({ type: 'gone', clean: false, detail: 'killed by signal 9' });
  const pending = story.world.pending.get(id!);
  t.is(pending?.token, null);
  t.true(pending?.redelivered);
});
