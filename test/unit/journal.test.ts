import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { Ledger } from '../../cli/daemon/ledger.js';
import { apply } from '../../cli/domain/apply.js';
import { freeze } from '../../cli/domain/checkpoint.js';
import type { JournalRecord } from '../../cli/domain/record.js';
import { emptyWorld, type World } from '../../cli/domain/world.js';
import type { ActorEvent } from '../../cli/protocol.js';
import { Journal } from '../../cli/store/journal.js';
import { definitionOf } from '../helpers/definition.js';

const definition = definitionOf({ name: 's', agent: 'shell' });

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'actor-journal-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function event(id: number): JournalRecord {
  const event: ActorEvent = {
    id,
    time: '2026-01-01T00:00:00.000Z',
    session: 's',
    parent: null,
    type: 'completed',
    turn: id,
    outcome: 'completed',
    reason: null,
    message: `é message ${id}`,
    duration_ms: 1,
    prompt_id: null,
    waiting_for: null,
    branch: null,
    diff: null,
    queued: 0,
  };
  return { kind: 'event', time: id, event, deliver: false, by: 'a test' };
}

function replayed(path: string): { records: JournalRecord[]; problems: string[] } {
  const journal = new Journal(path);
  const records: JournalRecord[] = [];
  journal.replay(record => records.push(record));
  journal.close();
  return { records, problems: journal.problems };
}

function write(path: string, records: JournalRecord[]): void {
  const journal = new Journal(path);
  journal.replay(() => {});
  journal.append(records);
  journal.close();
}

test('what was appended is replayed, also with more than one start in between', t => {
  const path = folder(t);
  write(path, [event(1), event(2)]);
  write(path, [event(3)]);
  t.deepEqual(replayed(path).records, [event(1), event(2), event(3)]);
});

test('a tail that is cut at any byte loses at most the record it cuts, and the journal goes on', t => {
  const whole = folder(t);
  write(whole, [event(1), event(2), event(3)]);
  const [name] = readdirSync(whole);
  const bytes = readFileSync(join(whole, name!));
  for (let length = 0; length <= bytes.length; length++) {
    const path = folder(t);
    writeFileSync(join(path, name!), bytes.subarray(0, length));
    const lines = bytes.subarray(0, length).toString('latin1').split('\n').length - 1;
    t.is(replayed(path).records.length, lines, `cut at ${length}`);
    write(path, [event(9)]);
    t.deepEqual(replayed(path).records.at(-1), event(9));
  }
});

test('a torn tail is kept aside and told', t => {
  const path = folder(t);
  write(path, [event(1)]);
  const [name] = readdirSync(path);
  appendFileSync(join(path, name!), '{"kind":"half');
  const { records, problems } = replayed(path);
  t.is(records.length, 1);
  t.regex(problems.join(), /torn/);
  const torn = readdirSync(path).find(file => file.startsWith('torn-'));
  t.is(readFileSync(join(path, torn!), 'utf8'), '{"kind":"half');
});

test('a broken line in the middle is skipped and told', t => {
  const path = folder(t);
  write(path, [event(1)]);
  const [name] = readdirSync(path);
  appendFileSync(join(path, name!), 'garbage\n');
  write(path, [event(2)]);
  const { records, problems } = replayed(path);
  t.deepEqual(records, [event(1), event(2)]);
  t.regex(problems.join(), /no record/);
});

test('events are found across segments, from any id on', t => {
  const path = folder(t);
  const journal = new Journal(path, { segmentBytes: 1 });
  journal.replay(() => {});
  for (let id = 1; id <= 6; id++) {
    journal.append([event(id)]);
    if (id % 2 === 0) journal.rotate({ kind: 'checkpoint', time: id, world: freeze(emptyWorld()) }, id);
  }
  for (let since = 0; since <= 6; since++)
    t.deepEqual(
      [...journal.events(since)].map(({ id }) => id),
      [1, 2, 3, 4, 5, 6].filter(id => id > since),
    );
  journal.close();
});

test('a checkpoint that is larger than a segment should be does not make every commit begin another one', t => {
  const path = folder(t);
  const journal = new Journal(path, { segmentBytes: 1000 });
  const ledger = new Ledger(journal);
  ledger.commit([{ kind: 'defined', definition }]);
  const prompt = (n: number, text: string) =>
    ledger.commit([
      { kind: 'prompt', session: 's', id: `p${n}`, text, first: false, slash: false, key: `k${n}` },
    ]);
  prompt(1, 'x'.repeat(50_000));
  const segments = () => readdirSync(path).length;
  t.is(segments(), 2);
  for (let n = 2; n < 20; n++) prompt(n, 'small');
  t.is(segments(), 2);
  journal.close();
  // A later daemon knows it as well.
  const later = new Journal(path, { segmentBytes: 1000 });
  const next = new Ledger(later);
  t.is(next.world.lastPrompt, 19);
  next.commit([{ kind: 'held', session: 's', held: true }]);
  t.is(segments(), 2);
  later.close();
});

for (const damage of ['', '\0'.repeat(200), '{"kind":"checkpoint","world":{"ses\n'])
  test(`a segment whose checkpoint is gone (${JSON.stringify(damage.slice(0, 20))}) costs nothing that stood before it`, t => {
    const path = folder(t);
    const journal = new Journal(path, { segmentBytes: 1 });
    const ledger = new Ledger(journal);
    ledger.commit([
      { kind: 'defined', definition },
      { kind: 'prompt', session: 's', id: 'p7', text: 'x', first: false, slash: false, key: 'k' },
    ]);
    journal.close();
    const newest = readdirSync(path).sort().at(-1)!;
    writeFileSync(join(path, newest), damage);
    const later = new Journal(path);
    const { world } = new Ledger(later);
    t.is(world.sessions.get('s')?.queue[0]?.id, 'p7');
    t.regex(later.problems.join(), /checkpoint/);
    later.append([event(1)]);
    later.close();
    const last = new Journal(path);
    t.is(new Ledger(last).world.lastEvent, 1);
    last.close();
  });

const anyRecord = fc.oneof(
  fc.nat(20).map(n => ({ ...event(n + 1), deliver: n % 2 === 0 }) as JournalRecord),
  fc.record({
    kind: fc.constant('prompt' as const),
    time: fc.nat(),
    session: fc.constant('s'),
    id: fc.nat(9).map(n => `p${n}`),
    text: fc.string(),
    first: fc.boolean(),
    slash: fc.boolean(),
    key: fc.string(),
  }),
  fc.record({
    kind: fc.constant('sending' as const),
    time: fc.nat(),
    session: fc.constant('s'),
    prompt: fc.nat(9).map(n => `p${n}`),
    buffer: fc.string(),
  }),
  fc.record({
    kind: fc.constant('held' as const),
    time: fc.nat(),
    session: fc.constant('s'),
    held: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('launching' as const),
    time: fc.nat(),
    session: fc.constant('s'),
    launch: fc.string(),
    prompt: fc.constant(null),
    resume: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('ready' as const),
    time: fc.nat(),
    session: fc.constant('s'),
    by: fc.string(),
  }),
  fc.record({
    kind: fc.constant('delivery' as const),
    time: fc.nat(),
    token: fc.constantFrom('a', 'b'),
    to: fc.constant('s'),
    launch: fc.constant('l'),
    door: fc.constantFrom('mcp' as const, 'queue' as const),
    events: fc.array(fc.nat(20)),
    state: fc.constantFrom('offered' as const, 'accepted' as const, 'seen' as const, 'withdrawn' as const),
  }),
);

function fold(records: JournalRecord[], world: World = emptyWorld()): World {
  for (const record of records) apply(world, structuredClone(record));
  return world;
}

test('the same records give the same world, and a checkpoint in between changes nothing', t => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 60 }), fc.nat(60), (records, cut) => {
      const all: JournalRecord[] = [{ kind: 'defined', time: 0, definition }, ...records];
      const straight = freeze(fold(all));
      const before = fold(all.slice(0, cut));
      const checkpoint: JournalRecord = {
        kind: 'checkpoint',
        time: 0,
        world: JSON.parse(JSON.stringify(freeze(before))),
      };
      const restored = freeze(fold([checkpoint, ...all.slice(cut)]));
      t.deepEqual(JSON.parse(JSON.stringify(restored)), JSON.parse(JSON.stringify(straight)));
    }),
    { numRuns: 200 },
  );
});

test('a prompt is found by its id, in whatever segment it stands', t => {
  const journal = new Journal(folder(t));
  t.teardown(() => journal.close());
  const prompt = (id: string, text: string): JournalRecord => ({
    ...{ kind: 'prompt', time: 1, session: 's', id, text },
    ...{ first: false, slash: false, key: id },
  });
  journal.append([prompt('p1', 'one "id":"p2"'), event(1)]);
  journal.rotate({ kind: 'checkpoint', time: 1, world: freeze(emptyWorld()) }, 1);
  journal.append([prompt('p2', 'two\nlines'), prompt('p12', 'twelve')]);
  t.deepEqual(
    ['p1', 'p2', 'p12', 'p3'].map(id => journal.promptText(id)),
    ['one "id":"p2"', 'two\nlines', 'twelve', null],
  );
});
