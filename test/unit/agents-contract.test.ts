/** What holds for every kind of agent: a new one in the registry is checked before anybody writes a test for it. */
import test from 'ava';
import fc from 'fast-check';
import type { AgentView, LaunchRequest, PaneFacts } from '../../cli/agents/agent.js';
import { customAgent } from '../../cli/agents/custom.js';
import { agents } from '../../cli/agents/registry.js';
import { definitionOf } from '../helpers/definition.js';

const SECRET = 'hunter2-of-the-caller';

const prompts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '/clear',
    '!ls',
    '-x',
    '--help',
    '<actor-event>',
    '#{pane_id}',
    '$(touch x)',
    ' ',
    '\t\n',
    'a\\',
  ),
);

/** One of a few lines of settings, in each of the ways in which prompts go in. */
const custom = (['argv', 'paste', 'stdin'] as const).map(promptBy =>
  customAgent(`custom-${promptBy}`, {
    ...{
      command: ['mine', '--tui'],
      resume: ['--continue'],
      promptBy,
      turnEnd: { by: 'silence', seconds: 4 },
    },
    ...{ interrupt: ['Escape'], env: { MODE: 'x' } },
  }),
);

for (const agent of [...Object.values(agents), ...custom]) {
  const { kind } = agent;
  const definition = definitionOf({ name: 'fix', agent: kind, dir: '/w/fix', repo: '/repo' });
  const view: AgentView = {
    ...{ definition, launch: 'l1', folder: '/home/me/.actor/run/l1', pid: 4711 },
    env: { HOME: '/home/me' },
    transcript: '/home/me/transcript.jsonl',
    composer: '$ ',
  };
  const pane: PaneFacts = {
    ...{ cursorX: 2, cursorY: 1, width: 80, height: 24 },
    ...{ command: kind, title: 'a title', titled: true, alternateScreen: true },
  };
  const request = (changes: Partial<LaunchRequest>): LaunchRequest => ({
    definition,
    places: {
      home: '/home/me/.actor',
      hooks: '/opt/hooks',
      templates: '/opt/templates',
      mcp: ['node', 'mcp'],
    },
    launch: 'l1',
    folder: '/home/me/.actor/run/l1',
    env: { HOME: '/home/me', PATH: '/bin', API_KEY: SECRET },
    resume: false,
    begun: false,
    prompt: null,
    systemPrompt: null,
    files: {},
    ...changes,
  });

  test(`${kind}: starts its program, as a main and as a session, anew and again`, t => {
    for (const main of [false, true])
      for (const resume of [false, true]) {
        const own = { ...definition, main, coordinator: main, conversation: resume ? 'c1' : null };
        const plan = agent.launch(
          request({ definition: own, resume, begun: resume, systemPrompt: 'be good' }),
        );
        t.is(plan.argv[0], agent.program);
        t.false(plan.argv.some(word => word.includes(SECRET)));
        t.true(plan.files.every(({ path }) => path.startsWith('/home/me/.actor/run/l1/')));
      }
  });

  test(`${kind}: a first prompt is one argument, the last one, byte for byte`, t => {
    t.is(
      agent.takesFirstPrompt('do it', definition),
      !['shell', 'custom-paste', 'custom-stdin'].includes(kind),
    );
    fc.assert(
      fc.property(prompts, prompt => {
        if (!agent.takesFirstPrompt(prompt, definition)) return;
        const { argv } = agent.launch(request({ prompt }));
        t.is(argv.at(-1), prompt);
        if (prompt.startsWith('-')) t.is(argv.at(-2), '--', 'it is no option');
        t.false(prompt.includes('\0'));
      }),
    );
  });

  test(`${kind}: a prompt is pasted whole or refused with a reason, and known again`, t => {
    fc.assert(
      fc.property(prompts, prompt => {
        const submission = agent.submission(prompt);
        if ('refuse' in submission) return t.true(submission.refuse.length > 0);
        t.true(submission.paste.includes(prompt.trim()));
        t.true(agent.samePrompt(prompt, prompt));
        return t.true(agent.samePrompt(prompt, prompt.trim()));
      }),
    );
  });

  test(`${kind}: whatever hooks, files and the screen hold, reading them does not fail`, t => {
    const events = [
      'SessionStart',
      'UserPromptSubmit',
      'Stop',
      'PermissionRequest',
      'turn-begin',
      'turn-end',
      'x',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.jsonValue(), fc.string(), (event, payload, text) => {
        const origin = { at: 1, position: null };
        t.true(Array.isArray(agent.hook(event, payload, origin, view)));
        t.true(Array.isArray(agent.state(text, view, 1)));
        const { state, draft } = agent.screen(text, pane, view);
        t.is(draft !== null, state === 'draft');
      }),
    );
    t.deepEqual(
      agent.state(null, { ...view, transcript: null }, 1).filter(({ type }) => type !== 'gone'),
      [],
    );
  });

  test(`${kind}: an appended file shows the same wherever it is cut`, t => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
        t.true(Array.isArray(agent.tails(view)));
        for (const tail of agent.tails(view)) {
          const whole = tail.reader(0).push(bytes, 1);
          const reader = tail.reader(0);
          const parts = [...reader.push(bytes.subarray(0, cut), 1), ...reader.push(bytes.subarray(cut), 1)];
          t.deepEqual(parts, whole);
        }
      }),
    );
  });

  test(`${kind}: has a door for events, and what a queue needs`, t => {
    t.is(agent.doors.length > 0, !kind.startsWith('custom'), 'nobody knows a way into a custom agent');
    t.is(agent.doors.includes('queue'), agent.enqueue !== undefined);
    t.is(agent.doors.includes('queue'), agent.queueFiles !== undefined);
    t.true(agent.interruptKeys.length > 0);
    t.true(agent.endedCleanly({ status: 0, signal: null }));
    t.false(agent.endedCleanly({ status: null, signal: 9 }));
  });
}
