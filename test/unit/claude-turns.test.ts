import test from 'ava';
import { SETTLED_AFTER } from '../../cli/agents/claude/state.js';
import { claude } from '../../cli/agents/claude.js';
import type { Observation } from '../../cli/domain/observation.js';
import { byHooks, byTranscript, type Recording, recording, recordings, view } from './claude-fixtures.js';

interface Turn {
  prompt: string | null;
  own?: true;
  outcome: string;
  reason?: string | null;
  message: string | null;
}

const QUESTION = /^USE:AskUserQuestion/;
const completed = (prompt: string | null, message: string): Turn => ({
  prompt,
  outcome: 'completed',
  message,
});
const own = (prompt: string | null, message: string): Turn => ({ ...completed(prompt, message), own: true });
const stopped = (prompt: string, message: string | null = null): Turn => ({
  prompt,
  outcome: 'stopped',
  message,
});
const failed = (status: number, reason: string, message: string): Turn => ({
  prompt: `STATUS:${status} REPLY:x`,
  outcome: 'failed',
  reason,
  message,
});
const gateway =
  'This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway';

/** What each recording holds. A prompt that is only `USE:…` stands for the whole one. */
const EXPECTED: Record<string, Turn[]> = {
  plain: [completed('REPLY:hello there', 'hello there')],
  pasted: [completed('one\ntwo\nthree\nfour REPLY:done four', 'done four')],
  tool: [completed('TOOL:echo hi', 'ran')],
  'error-400': [failed(400, 'invalid_request', 'API Error: 400 stub error 400')],
  'error-401': [failed(401, 'authentication', 'Please run /login · API Error: 401 stub error 401')],
  'error-429': [failed(429, 'rate_limit', 'API Error: Request rejected (429) · stub error 429')],
  'error-500': [failed(500, 'server_error', `API Error: 500 stub error 500. ${gateway}`)],
  'error-529': [failed(529, 'overloaded', `API Error: 529 stub error 529. ${gateway}`)],
  'escape-before-output': [stopped('SLEEP:20 REPLY:never'), completed('REPLY:second', 'second')],
  'escape-after-output': [stopped('STREAM:20 REPLY:one two three four five six', 'one two')],
  'escape-in-tool': [stopped('TOOL:tail -f /dev/null')],
  permission: [completed('TOOL:touch made-by-tool', 'ran')],
  question: [completed('USE:AskUserQuestion', 'ran')],
  'background-command': [
    completed('USE:Bash', 'ran\n\n(still running in the background: tail -f /dev/null & sleep 3; kill $!)'),
    own('<task-notification>', 'ran'),
  ],
  'sub-agent': [completed('USE:Agent', 'ran')],
  'peer-idle': [own('<actor-event>', 'event 1 seen')],
  'peer-mid-turn': [completed('TOOL:tail -n1 /etc/passwd; perl -e "sleep 3"', 'event 2 seen')],
  'peer-at-dialog': [completed('USE:AskUserQuestion', 'event 3 seen')],
  'queued-prompt': [completed('SLEEP:3 REPLY:one', 'one'), completed('REPLY:two', 'two')],
  clear: [completed('REPLY:before', 'before'), completed('REPLY:after', 'after')],
  exit: [completed('REPLY:bye', 'bye')],
};

/** The turns that observations tell, by the rules of the daemon: a prompt joins an open turn; what is older than the last end is past. */
function turns(observations: Observation[]): Turn[] {
  const ended: Turn[] = [];
  let open: { at: number; turn: Turn } | null = null;
  let last = 0;
  for (const each of observations.toSorted((one, other) => one.at - other.at)) {
    if (each.type === 'turn-began' && open === null && each.at > last) {
      const prompt =
        each.prompt?.replace(/^(USE:\w+) [\s\S]*/, '$1').replace(/^<([\w-]+)[\s>][\s\S]*/, '<$1>') ?? null;
      open = {
        at: each.at,
        turn: { prompt, ...(each.own ? { own: true } : {}), outcome: '', message: null },
      };
    }
    if (each.type === 'turn-ended' && open !== null && each.at >= open.at) {
      const { outcome, reason, message } = each;
      const text = message?.replace(/ \(127\.0\.0\.1:\d+\)\.$/, '').trimEnd() ?? null;
      ended.push({ ...open.turn, outcome, ...(reason === null ? {} : { reason }), message: text });
      last = each.at;
      open = null;
    }
  }
  return ended;
}

function byState({ states }: Recording): Observation[] {
  return states.flatMap(({ state }) =>
    claude.state(JSON.stringify(state), view, Number(state.statusUpdatedAt) + SETTLED_AFTER),
  );
}

test('every recording is judged here', t => {
  t.deepEqual(recordings.toSorted(), Object.keys(EXPECTED).toSorted());
});

for (const [name, expected] of Object.entries(EXPECTED)) {
  // A transcript belongs to one conversation; an answer that was cut short is only known to the transcript.
  const ofTranscript = name === 'clear' ? expected.slice(1) : expected;
  const withoutCut = expected.map(turn => (turn.outcome === 'stopped' ? { ...turn, message: null } : turn));

  test(`${name}: by the transcript alone`, t => {
    t.deepEqual(turns(byTranscript(recording(name))), ofTranscript);
  });
  test(`${name}: by hooks and transcript`, t => {
    const read = recording(name);
    t.deepEqual(turns([...byHooks(read), ...byTranscript(read)]), expected);
  });
  test(`${name}: by hooks, transcript and state file`, t => {
    const read = recording(name);
    t.deepEqual(turns([...byHooks(read), ...byTranscript(read), ...byState(read)]), expected);
  });
  // The turn of a prompt that a person queued begins with no hook.
  if (name !== 'queued-prompt')
    test(`${name}: by hooks and state file`, t => {
      const read = recording(name);
      t.deepEqual(turns([...byHooks(read), ...byState(read)]), withoutCut);
    });
}

test('a transcript reads the same however it is cut', t => {
  for (const name of ['tool', 'peer-mid-turn', 'background-command']) {
    const whole = byTranscript(recording(name));
    t.true(whole.length > 0);
    for (const size of [1, 7, 64, 4096]) t.deepEqual(byTranscript(recording(name), size), whole);
  }
});

test('a reader that starts at a stored offset goes on from there', t => {
  const read = recording('queued-prompt');
  const whole = byTranscript(read);
  const first = whole.find(each => each.type === 'turn-ended')!;
  const rest = claude
    .tails(view)[0]!
    .reader(first.position!)
    .push(read.transcript.subarray(first.position!), 0);
  t.deepEqual(rest, whole.slice(whole.indexOf(first) + 1));
});

test('positions in a transcript grow, and the last of a line is its end', t => {
  for (const name of recordings) {
    const { transcript } = recording(name);
    const positions = byTranscript({ transcript, hooks: [], states: [] }).map(each => each.position!);
    t.deepEqual(
      positions,
      [...new Set(positions)].toSorted((one, other) => one - other),
      name,
    );
    if (positions.length > 0) t.is(transcript[positions.at(-1)! - 1], 0x0a, name);
  }
});

test('bad lines are skipped: cut off, no JSON, wrong types, none at all, invalid UTF-8', t => {
  const { transcript } = recording('plain');
  const bad = Buffer.from(
    '{"type":"user","mess\n\nnull\n[]\n{"type":"user"}\n{"type":"assistant","message":7}\n',
  );
  const odd = Buffer.from([0x22, 0xff, 0xfe, 0x0a]);
  const found = byTranscript({ hooks: [], states: [], transcript: Buffer.concat([bad, odd, transcript]) });
  t.deepEqual(turns(found).at(-1), EXPECTED.plain![0]);
});

test('an event handed in is accepted when it stands in the queue and seen when the model got it', t => {
  for (const [name, token] of [
    ['peer-idle', 'token-1'],
    ['peer-mid-turn', 'token-2'],
    ['peer-at-dialog', 'token-3'],
  ] as const) {
    const about = (list: Observation[]) =>
      list.flatMap(each => ('token' in each ? [`${each.type} ${each.token}`] : []));
    t.deepEqual(about(byTranscript(recording(name))), [
      `delivery-accepted ${token}`,
      `delivery-seen ${token}`,
    ]);
    t.deepEqual(about(byHooks(recording(name))), [`delivery-accepted ${token}`]);
  }
});

test('a person is waited for while a dialog is open, by hook and by state file, and not after', t => {
  for (const [name, waitingFor] of [
    ['permission', 'permission'],
    ['question', 'question'],
  ] as const) {
    const read = recording(name);
    const waits = (list: Observation[]) => list.filter(each => each.type === 'waiting').map(each => each.for);
    t.deepEqual(waits(byHooks(read)), [waitingFor]);
    t.deepEqual(waits(byState(read)), [waitingFor]);
    const since = byHooks(read).find(each => each.type === 'waiting')!.at;
    t.true(byTranscript(read).some(each => each.type === 'resumed' && each.at > since));
  }
});

test('the hooks of /clear tell the new conversation, and that the agent is still there', t => {
  const found = byHooks(recording('clear'));
  const ids = found.flatMap(each => (each.type === 'conversation' ? [each.id] : []));
  t.is(new Set(ids).size, 2);
  t.false(found.some(each => each.type === 'gone'));
});

test('the hook of the end tells whether somebody asked for it', t => {
  t.is(byHooks(recording('exit')).findLast(each => each.type === 'gone')?.clean, true);
  const killed = claude.hook('SessionEnd', { reason: 'other' }, { at: 1, position: null }, view);
  t.like(killed[0], { type: 'gone', clean: false });
});

test('a question is recorded as one', t => {
  t.regex(
    String(recording('question').hooks.find(each => each.hook === 'UserPromptSubmit')?.payload.prompt),
    QUESTION,
  );
});

test('payloads without sense show nothing, or what is sure', t => {
  const hook = (event: string, payload: unknown) =>
    claude.hook(event, payload, { at: 1, position: null }, view);
  for (const payload of [null, 'text', 7, []]) {
    t.deepEqual(hook('Nothing', payload), []);
    t.like(hook('Stop', payload)[0], { type: 'turn-ended', outcome: 'completed', message: null });
    t.like(hook('UserPromptSubmit', payload)[0], { type: 'turn-began', prompt: null });
  }
});

test('an event that held up a Stop gets a turn of its own', t => {
  const event = '<actor-event id="11" delivery="t11" session="x">\ndone\n</actor-event>';
  const line = (entry: object) => `${JSON.stringify({ timestamp: '2026-11-23T23:34:42.000Z', ...entry })}\n`;
  const user = (content: string, more = {}) =>
    line({ type: 'user', message: { role: 'user', content }, ...more });
  const answer = (text: string) =>
    line({ type: 'assistant', message: { id: text, content: [{ type: 'text', text }] } });
  const transcript = Buffer.from(
    user('go', { origin: { kind: 'human' } }) +
      answer('first') +
      user(`Stop hook feedback:\n${event}`, { isMeta: true }) +
      answer('second') +
      line({ type: 'system', subtype: 'turn_duration', durationMs: 450 }),
  );
  const found = byTranscript({ hooks: [], states: [], transcript });
  t.deepEqual(
    found.map(each => [each.type, 'message' in each ? each.message : 'token' in each ? each.token : null]),
    [
      ['turn-began', null],
      ['turn-ended', 'first'],
      ['turn-began', null],
      ['delivery-seen', 't11'],
      ['turn-ended', 'second'],
    ],
  );
  const hook = (payload: object) => claude.hook('Stop', payload, { at: 1, position: null }, view);
  t.deepEqual(
    hook({ stop_hook_active: true, last_assistant_message: 'second', background_tasks: [] }).map(
      each => each.type,
    ),
    ['turn-began', 'turn-ended'],
  );
});
