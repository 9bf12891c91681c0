/** Other people's words where they are shown: in a table, a page, the menu, a notification. They stay words, and in their place. */
import test from 'ava';
import fc from 'fast-check';
import { displayWidth } from '../../cli/client/width.js';
import { noticeOf } from '../../cli/daemon/notice-text.js';
import { columnsOf, labelOf, overview, windowName, wordsOf } from '../../cli/daemon/window-facts.js';
import type { SessionDetail, SessionView, Status } from '../../cli/protocol.js';
import { listLines } from '../../cli/texts/list.js';
import { showLines } from '../../cli/texts/show.js';
import { displayWidth as widthInTmux } from '../../tmux/format.js';
import { noticeSequence } from '../../tmux/notice.js';
import { session } from './client-fake-daemon.js';

const NASTY = [
  '#(touch x)',
  '#{pid}',
  '#[fg=red]',
  '##[x',
  '\x1b]0;owned\x07',
  '\x1b[2J\x1b[1;1H',
  '\x9b31m',
  '\x1bP+q\x1b\\',
  '\u202e',
  '\u2067',
  '\u200b\ufeff',
  '\u2028',
  '👩‍👩‍👧',
  '日本',
  'e\u0301',
  '\0',
  '\r\n',
  '\t',
  '\ud800',
  "'; kill-server ; '",
  '%1%%',
  'word ',
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...NASTY), { maxLength: 12 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...NASTY).map(part => part.repeat(10_000 / part.length)),
);
const statuses: Status[] = ['created', 'starting', 'working', 'idle', 'waiting', 'exited', 'ended'];
const view: fc.Arbitrary<SessionView> = fc
  .record({
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
    status: fc.constantFrom(...statuses),
    purpose: fc.option(text, { nil: null }),
    branch: fc.option(text, { nil: null }),
    message: text,
    prompt: text,
    queued: fc.nat(12),
  })
  .map(({ name, message, prompt, ...facts }) =>
    session(name, {
      ...facts,
      waiting_for: facts.status === 'waiting' ? 'question' : null,
      turn:
        facts.status === 'working'
          ? { id: 1, prompt_id: null, started_at: '2026-11-23T07:10:00.000Z', prompt }
          : null,
      last: {
        turn: 1,
        outcome: 'failed',
        reason: 'exit_status',
        message,
        ended_at: '2026-11-23T07:12:00.000Z',
        duration_ms: 5,
      },
    }),
  );
const NOW = Date.parse('2026-11-23T08:00:00Z');
/** What acts on a terminal, or on what stands beside it. */
const ACTS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test('a table of whatever sessions fits its terminal, a line each, and its columns stand below their heads', t => {
  fc.assert(
    fc.property(
      fc.array(view, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 24, max: 200 }),
      (views, width) => {
        const lines = listLines(views, { color: false, ascii: false, width }, NOW);
        t.is(lines.length, views.length + 1);
        const head = lines[0]!;
        const status = displayWidth(head.slice(0, head.indexOf('STATUS')));
        for (const [index, line] of lines.entries()) {
          t.true(displayWidth(line) <= width, line);
          t.notRegex(line, ACTS);
          const before = line.slice(0, status);
          if (index > 0 && head.includes('STATUS') && displayWidth(line) > status)
            t.true(
              before.endsWith(' ') && line.slice(status).startsWith(views[index - 1]!.status.slice(0, 1)),
              line,
            );
        }
      },
    ),
  );
});

test('each fact of a page is one line, and nothing in it acts', t => {
  fc.assert(
    fc.property(view, ours => {
      const detail: SessionDetail = {
        ...ours,
        status_since: ours.created_at,
        status_by: 'a test',
        message: null,
      };
      const lines = showLines(detail, { ascii: false }, NOW);
      for (const line of lines) t.notRegex(line, ACTS);
      for (const line of lines) t.regex(line, /^[a-z ]+: +\S|^[a-z ]+: *$/);
    }),
  );
});

test('what tmux is given for the menu and the status line is aligned, on a line, and no format, style or command', t => {
  fc.assert(
    fc.property(fc.array(view, { minLength: 1, maxLength: 5 }), views => {
      const shown = views.map(each => ({ view: each, since: NOW, unread: true }));
      const columns = columnsOf(shown);
      t.is(new Set(columns.map(widthInTmux)).size, 1);
      const labels = views.map(each => labelOf(wordsOf(each)));
      const all = overview(shown, [], { waiting: 0, areHeld: false });
      for (const value of [...columns, ...labels, ...Object.values(all)]) {
        t.notRegex(value, ACTS);
        t.notRegex(value, /#(?!\d)/);
        t.true(widthInTmux(value) <= 200);
      }
      for (const each of shown) t.regex(windowName(each), /^[A-Za-z0-9-]+$/);
    }),
  );
});

test('a notification is one sequence, whose only controls are its own', t => {
  fc.assert(
    fc.property(fc.array(view, { minLength: 1, maxLength: 3 }), fc.boolean(), (views, ascii) => {
      const { title, body } = noticeOf(views);
      for (const term of ['xterm', 'foot']) {
        const sequence = noticeSequence(title, body, { term, type: '', ascii });
        t.regex(sequence, /^\x1b\](?:9|777;notify);[^\x07]*\x07$/);
        t.notRegex(sequence.slice(1, -1), ACTS);
        t.true(sequence.length < 1000);
      }
    }),
  );
});
