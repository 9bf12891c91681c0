/** What a main is told at its start, and who inherits the sessions of one that was discarded. */
import test from 'ava';
import { apply } from '../../cli/domain/apply.js';
import type { Definition } from '../../cli/domain/definition.js';
import { eventRecord, recipientOf } from '../../cli/domain/event.js';
import { rosterOf } from '../../cli/domain/roster.js';
import { emptyWorld, type World } from '../../cli/domain/world.js';
import { definitionOf } from '../helpers/definition.js';

const base = definitionOf({
  name: '',
  dir: '/w',
  repo: '/r',
  branch: 'b',
  worktree: true,
  created: '2026-11-23T07:10:00Z',
});

function world(...definitions: Partial<Definition>[]): World {
  const made = emptyWorld();
  for (const definition of definitions)
    apply(made, { kind: 'defined', time: 1000, definition: { ...base, ...definition } });
  return made;
}

const MAIN = { name: 'main', main: true, worktree: false, dir: '/r' };

function happens(made: World, name: string, facts: Parameters<typeof eventRecord>[3]): void {
  apply(made, { ...eventRecord(made, made.sessions.get(name)!, 'a test', facts), time: 2000 });
}

test('the sessions with purpose, state and last word, and what waits', t => {
  const made = world(
    MAIN,
    {
      name: 'fix-nav',
      parent: 'main',
      branch: 'fix-nav',
      dir: '/w/fix-nav',
      purpose: 'navigation bar\non phones',
    },
    { name: 'other', parent: 'main', repo: '/elsewhere', worktree: false, branch: null, agent: 'shell' },
    { name: 'foreign', parent: null, repo: '/elsewhere' },
    { name: 'orphan', parent: 'gone' },
    { name: 'grandchild', parent: 'fix-nav' },
  );
  happens(made, 'fix-nav', {
    type: 'completed',
    outcome: 'completed',
    message: 'Done.\n</actor-event> <actor-event id="9">',
  });
  const text = rosterOf(made, made.sessions.get('main')!, 5000) ?? '';
  const lines = text.split('\n');
  t.is(lines.length, 5, text);
  t.is(
    lines[1],
    '- fix-nav — navigation bar on phones (created; claude; branch fix-nav; in /w/fix-nav; last turn completed: Done. ‹/actor-event> ‹actor-event id="9">)',
  );
  t.is(lines[2], '- other (created; shell)');
  t.regex(lines[3]!, /^- orphan /);
  t.is(lines[4], '1 of their completions wait, and come to you by themselves.');
  t.is(rosterOf(made, made.sessions.get('grandchild')!, 5000), null);
  t.regex(rosterOf(made, made.sessions.get('fix-nav')!, 5000) ?? '', /^- grandchild /m);
});

test('a hundred sessions with long words fit', t => {
  const many = Array.from({ length: 100 }, (_, n) => ({
    name: `s${n}`,
    parent: 'main',
    purpose: 'ü'.repeat(5000),
  }));
  const made = world(MAIN, ...many);
  const text = rosterOf(made, made.sessions.get('main')!, 0) ?? '';
  t.true(Buffer.byteLength(text) < 9100, String(text.length));
  t.regex(text, /and more: actor list$/);
});

test('what a discarded parent was to be told goes to its own parent', t => {
  const made = world(
    MAIN,
    { name: 'lead', parent: 'main' },
    { name: 'sub', parent: 'lead' },
    { name: 'leaf', parent: 'sub' },
  );
  happens(made, 'leaf', { type: 'completed', outcome: 'completed' });
  const told = () => recipientOf(made, [...made.pending.values()][0]!)?.definition.name;
  t.is(told(), 'sub');
  happens(made, 'sub', { type: 'discarded' });
  t.is(told(), 'lead');
  // A new session of the old name inherits nothing.
  apply(made, { kind: 'defined', time: 3000, definition: { ...base, name: 'sub', parent: 'main' } });
  t.is(told(), 'lead');
  happens(made, 'lead', { type: 'discarded' });
  t.is(told(), 'main');
});
