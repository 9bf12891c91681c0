import test from 'ava';
import { codex } from '../../cli/agents/codex.js';
import type { Observation } from '../../cli/domain/observation.js';
import { byHooks, byRollout, recording, recordings, view } from './codex-fixtures.js';

type Turn = [prompt: string, outcome: string, message: string | null, reason?: string];

const after: Turn = ['REPLY:after the failure', 'completed', 'after the failure'];
const failed = (prompt: string, reason: string, message: string): Turn[] => [
  [prompt, 'failed', message, reason],
  after,
];

/** What each recording holds; of long prompts and messages, the beginning. */
const EXPECTED: Record<string, Turn[]> = {
  plain: [['REPLY:hello there', 'completed', 'hello there']],
  argument: [['REPLY:by argument', 'completed', 'by argument']],
  'long-argument': [['REPLY:got it', 'completed', 'got it']],
  long: [['REPLY:got it', 'completed', 'got it']],
  'two-turns': [
    ['REPLY:turn 1', 'completed', 'turn 1'],
    ['REPLY:turn 2', 'completed', 'turn 2'],
  ],
  tool: [['TOOL:echo hi', 'completed', 'ran']],
  mcp: [['MCP:ping {}', 'completed', 'ran']],
  // Two prompts, one turn: the second joined it.
  steered: [['SLEEP:4 REPLY:one', 'completed', 'two']],
  'steered-in-tool': [['TOOL:tail -n1', 'completed', 'two']],
  'tab-queued': [
    ['SLEEP:4 REPLY:one', 'completed', 'one'],
    ['REPLY:two', 'completed', 'two'],
  ],
  'error-400': failed('FAIL:400', 'invalid_request', 'stub says 400'),
  'error-401': failed('FAIL:401', 'authentication', 'unexpected status 401 Unauthorized: stub says 401'),
  'error-429': failed('FAIL:429', 'rate_limit', 'exceeded retry limit, last status: 429 Too Many Requests'),
  'error-500': failed('FAIL:500', 'server_error', 'We’re currently experiencing high demand'),
  cut: failed('CUT:', 'server_error', 'stream disconnected before completion'),
  'escape-before-output': [
    ['SLEEP:30 REPLY:never', 'stopped', null],
    ['REPLY:second', 'completed', 'second'],
  ],
  'escape-in-tool': [['TOOL:tail -f /dev/null', 'stopped', null]],
  'escape-with-queued': [['SLEEP:30 REPLY:never', 'stopped', null]],
  'escape-with-steer': [
    ['SLEEP:30 REPLY:never', 'stopped', null],
    ['REPLY:steered', 'completed', 'steered'],
  ],
  permission: [['ESCALATE:touch made-by-tool', 'completed', 'ran']],
  'permission-refused': [['ESCALATE:touch made-by-tool', 'stopped', null]],
  'queue-command': [
    ['REPLY:first', 'completed', 'first'],
    ['REPLY:by queue', 'completed', 'by queue'],
  ],
  // The second turn was open when codex was killed: its end stands nowhere.
  resumed: [
    ['REPLY:remember me', 'completed', 'remember me'],
    ['SLEEP:30 REPLY:never', 'open', null],
    ['REPLY:I do', 'completed', 'I do'],
  ],
  // A command that a person ran, and a compaction, are no turns.
  'shell-command': [['REPLY:after the command', 'completed', 'after the command']],
  compact: [
    ['REPLY:before', 'completed', 'before'],
    ['REPLY:after', 'completed', 'after'],
  ],
  'stop-blocked': [['REPLY:I am done', 'completed', 'now I am done']],
  'context-at-prompt': [['REPLY:with context', 'completed', 'with context']],
  'context-at-start': [['REPLY:with context', 'completed', 'with context']],
  // A new thread has a rollout of its own.
  clear: [['REPLY:after', 'completed', 'after']],
  quit: [['REPLY:bye', 'completed', 'bye']],
  lines: [['one\ntwo\nthree', 'completed', 'done four']],
  'escape-after-output': [['DRIP:20', 'stopped', null]],
  // What a sub-agent is asked stands in a rollout of its own.
  'sub-agent': [['REPLY:delegated', 'completed', 'delegated']],
  plan: [['REPLY64:', 'completed', null]],
  question: [['MCP:request_user_input', 'completed', 'ran']],
};

test('each recording is expected to show something', t => {
  t.deepEqual(Object.keys(EXPECTED).sort(), [...recordings].sort());
});

for (const [name, expected] of Object.entries(EXPECTED))
  test(`${name}, by the rollout`, t => {
    const turns = turnsOf(byRollout(recording(name)));
    t.is(turns.length, expected.length);
    for (const [index, [prompt, outcome, message, reason = null]] of expected.entries()) {
      const turn = turns[index]!;
      t.deepEqual([turn.outcome, turn.reason], [outcome, reason]);
      t.true(turn.prompt.startsWith(prompt), turn.prompt.slice(0, 100));
      if (message === null) t.is(turn.message, null);
      else t.true(turn.message?.startsWith(message), turn.message ?? 'no message');
    }
  });

for (const name of recordings)
  test(`${name}: however its bytes are cut, the rollout shows the same, each in a place of its own`, t => {
    const whole = byRollout(recording(name));
    for (const size of [997, 4096]) t.deepEqual(byRollout(recording(name), size), whole);
    const places = whole.map(({ position }) => position!);
    t.deepEqual(
      places,
      [...new Set(places)].sort((one, other) => one - other),
    );
    t.true(whole.every(({ at }) => at > Date.parse('2026-01-01')));
  });

test('the prompt of a sub-agent, which comes with its parent’s thread, is no prompt of this one', t => {
  const found = byHooks(recording('sub-agent')).filter(({ type }) => type === 'turn-began');
  t.is(found.length, 1);
  t.true(recording('sub-agent').hooks.filter(({ hook }) => hook === 'UserPromptSubmit').length > 1);
});

test('hooks tell the thread, each prompt, and that permission is asked for', t => {
  const found = byHooks(recording('permission'));
  t.deepEqual(
    found.map(({ type }) => type),
    ['conversation', 'turn-began', 'waiting'],
  );
  t.like(found[0], { id: recording('permission').hooks[0]!.payload.session_id });
  t.regex((found[0] as { transcript: string }).transcript, /\/sessions\/.*\/rollout-.*\.jsonl$/);
  t.like(found[1], { prompt: 'ESCALATE:touch made-by-tool' });
  t.like(found[2], { for: 'permission' });
});

test('what a tool answers ends the wait for a person', t => {
  for (const name of ['permission', 'permission-refused', 'mcp'])
    t.true(
      byRollout(recording(name)).some(({ type }) => type === 'resumed'),
      name,
    );
});

test('a turn of delivered events is nobody’s prompt, and shows which events they were', t => {
  const text =
    '<actor-event id="3" session="a" outcome="completed" delivery="00000003aa">\nhi\n</actor-event>';
  const line = (type: string, payload: object) =>
    `${JSON.stringify({ timestamp: '2026-11-24T11:00:00.000Z', ordinal: 1, type, payload })}\n`;
  const reader = codex.tails(view)[0]!.reader(0);
  const push = (type: string, payload: object) => reader.push(Buffer.from(line(type, payload)), 0);
  const item = { type: 'UserMessage', content: [{ type: 'text', text }] };
  t.like(push('event_msg', { type: 'item_completed', turn_id: 't', item }), [
    { type: 'turn-began', own: true },
    { type: 'delivery-seen', token: '00000003aa' },
  ]);
  // Handed in by a hook, at a prompt.
  const content = [{ type: 'input_text', text }];
  t.like(push('response_item', { type: 'message', role: 'developer', content }), [
    { type: 'delivery-seen', token: '00000003aa' },
  ]);
  // Said by the model, or printed by a tool, it is no receipt.
  t.deepEqual(push('response_item', { type: 'message', role: 'assistant', content }), []);
  t.like(codex.hook('UserPromptSubmit', { prompt: text }, { at: 1, position: null }, view), [
    { type: 'turn-began', own: true },
    { type: 'delivery-accepted' },
  ]);
});

test('lines and payloads without sense show nothing', t => {
  const reader = codex.tails(view)[0]!.reader(0);
  t.deepEqual(
    reader.push(
      Buffer.from(
        '{"type":\n\n[]\nnull\n{"type":"event_msg"}\n{"type":"event_msg","payload":{"type":"item_completed"}}\n',
      ),
      0,
    ),
    [],
  );
  for (const payload of [null, 'text', 7, [], {}])
    for (const event of ['SessionStart', 'UserPromptSubmit', 'Stop', 'Other'])
      t.deepEqual(codex.hook(event, payload, { at: 1, position: null }, view), []);
});

interface Seen {
  prompt: string;
  outcome: string;
  reason: string | null;
  message: string | null;
}

/** Turns as a session would have them: a prompt that begins while one is open joins it, unless that one was left open. */
function turnsOf(observations: Observation[]): Seen[] {
  const turns: Seen[] = [];
  for (const each of observations)
    if (each.type === 'turn-began') {
      const last = turns.at(-1);
      const joins = last?.outcome === 'open' && each.prompt !== 'REPLY:I do';
      if (!joins) turns.push({ prompt: each.prompt!, outcome: 'open', reason: null, message: null });
    } else if (each.type === 'turn-ended') {
      const { outcome, reason, message } = each;
      Object.assign(turns.at(-1)!, { outcome, reason, message });
    }
  return turns;
}
