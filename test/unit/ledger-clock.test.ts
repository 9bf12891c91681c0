import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Ledger } from '../../cli/daemon/ledger.js';
import { Journal } from '../../cli/store/journal.js';
import { definitionOf } from '../helpers/definition.js';

const HOUR = 3_600_000;

test.serial('a clock that was set back moves what is on record back, once, however many daemons come', t => {
  const folder = mkdtempSync(join(tmpdir(), 'actor-clock-'));
  const now = Date.now;
  t.teardown(() => {
    Date.now = now;
    rmSync(folder, { recursive: true, force: true });
  });
  const open = () => {
    const journal = new Journal(folder);
    return { ledger: new Ledger(journal), close: () => journal.close() };
  };
  const moves = () => {
    const lines = readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8').split('\n');
    return lines.filter(line => line.includes('"kind":"clock"')).length;
  };

  const first = open();
  const ahead = now() + HOUR;
  Date.now = () => now() + HOUR;
  first.ledger.commit([
    { kind: 'defined', definition: definitionOf({ name: 's', agent: 'shell' }) },
    { kind: 'launching', session: 's', launch: 'l', prompt: null, resume: false },
  ]);
  t.true(first.ledger.world.sessions.get('s')!.launch!.startedAt >= ahead);
  t.is(first.ledger.past(ahead), ahead);

  const lastLook = now();
  Date.now = now;
  first.ledger.watchClock();
  first.ledger.watchClock();
  const { launch, statusSince } = first.ledger.world.sessions.get('s')!;
  // Not when it was noticed: what happened since the last look must count as later.
  t.true(Math.max(launch!.startedAt, statusSince) <= lastLook + 100);
  t.true(launch!.startedAt >= lastLook - 1000);
  t.is(first.ledger.past(ahead), launch!.startedAt, 'what was told by the clock before is of the past');
  t.is(moves(), 1);
  first.close();

  for (let daemons = 0; daemons < 2; daemons++) {
    const next = open();
    next.ledger.commit([{ kind: 'held', session: 's', held: true }]);
    t.is(next.ledger.world.sessions.get('s')!.launch!.startedAt, launch!.startedAt);
    next.close();
  }
  t.is(moves(), 1);
});

test.serial('a time that lies ahead is of the past only if the clock before said so once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'actor-clock-'));
  const now = Date.now;
  const journal = new Journal(folder);
  t.teardown(() => {
    Date.now = now;
    journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ledger = new Ledger(journal);
  Date.now = () => now() + HOUR;
  ledger.watchClock();
  Date.now = now;
  const setBack = now();
  ledger.watchClock();
  // Half an hour later.
  Date.now = () => now() + HOUR / 2;
  const past = (ahead: number) => ledger.past(Date.now() + ahead);
  t.true(Math.abs(past(HOUR / 4) - setBack) < 1000, 'told before');
  t.true(Math.abs(past(HOUR) - Date.now()) < 1000, 'of another clock, a file server’s, say: told now');
});
