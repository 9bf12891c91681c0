import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { PaneFacts } from '../../cli/agents/agent.js';
import { codex } from '../../cli/agents/codex.js';
import { packageRoot } from '../helpers/root.js';
import { screens, view } from './codex-fixtures.js';

/** What recordings call the host, whose name a terminal's title is at first. */
const HOST = 'a-host';

function load(name: string) {
  const file = join(packageRoot, 'test/fixtures/codex/screens', `${name}.ansi`);
  const [first, ...rows] = readFileSync(file, 'utf8').split('\n');
  const facts = JSON.parse(first!) as PaneFacts;
  return { facts: { ...facts, titled: facts.title !== HOST }, text: rows.join('\n') };
}

function read(name: string) {
  const { facts, text } = load(name);
  return codex.screen(text, facts, view);
}

type Reading = [state: string, waitingFor: string | null, draft?: string];

const composer: Reading = ['composer', null];
const busy: Reading = ['busy', null];

/** By the part of the name that comes before the size. */
const EXPECTED: Record<string, Reading> = {
  starting: busy,
  login: ['dialog', 'login'],
  trust: ['dialog', 'trust'],
  hooks: ['dialog', 'permission'],
  permission: ['dialog', 'permission'],
  'permission-mcp': ['dialog', 'permission'],
  composer,
  cleared: composer,
  'after-turn': composer,
  'after-shell-command': composer,
  'after-refusal': composer,
  'after-escape-with-both': composer,
  interrupted: composer,
  error: composer,
  shortcuts: composer,
  draft: ['draft', null, 'half a draft'],
  'draft-lines': ['draft', null, 'first line\nsecond line\nthird line'],
  'draft-long': ['draft', null, `${'a long draft that goes on and on '.repeat(8)}end`],
  pasted: ['draft', null, '[Pasted Content 4600 chars]'],
  popup: ['draft', null, '/'],
  bang: ['draft', null, '!'],
  busy,
  'busy-draft': busy,
  'busy-queued': busy,
  'busy-steered': busy,
  'busy-tool': busy,
  plan: ['dialog', 'review'],
  question: ['dialog', 'question'],
  // Nothing that is pasted there would go to this session.
  'agent-center': busy,
};

for (const name of screens)
  test(name, t => {
    const [state, waitingFor, draft] = EXPECTED[name.replace(/-\d+x\d+$/, '')]!;
    const reading = read(name);
    t.like(reading, { state, waitingFor });
    t.is(unwrapped(reading.draft), draft === undefined ? null : unwrapped(draft));
  });

test('what the model writes of an interrupt is no running turn', t => {
  const name = 'after-turn-120x40';
  const { facts, text } = load(name);
  const said = text.replace(/^.*•.*$/m, '• press esc to interrupt (3s • esc to cancel)');
  t.not(said, text);
  t.is(codex.screen(said, facts, view).state, 'composer');
});

/** Rows that were wrapped as one: the composer breaks at words. */
function unwrapped(draft: string | null): string | null {
  return draft?.replace(/\s+/g, ' ') ?? null;
}

test('a composer that takes no Enter yet is none: no title, no model below it', t => {
  const { facts, text } = load('composer-120x40');
  const early = text.replace(/^.* · .*$/gm, '  ? for shortcuts');
  t.not(early, text);
  t.is(codex.screen(early, { ...facts, titled: false }, view).state, 'busy');
  // A person may have chosen to see neither.
  t.is(codex.screen(early, { ...facts, titled: true }, view).state, 'composer');
  t.is(codex.screen(text, { ...facts, titled: false }, view).state, 'composer');
});
