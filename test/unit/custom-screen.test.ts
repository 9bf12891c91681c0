import test from 'ava';
import type { AgentView, PaneFacts } from '../../cli/agents/agent.js';
import { customAgent } from '../../cli/agents/custom.js';
import { definitionOf } from '../helpers/definition.js';

const agent = customAgent('mine', {
  command: ['mine'],
  resume: null,
  promptBy: 'paste',
  turnEnd: { by: 'hook' },
  interrupt: ['Escape'],
  env: {},
});
const facts: PaneFacts = {
  ...{ cursorX: 0, cursorY: 3, width: 40, height: 4, command: 'mine' },
  ...{ title: '', titled: false, alternateScreen: false, cursorHidden: true },
};

function read(screen: string, composer: string | null, pane: Partial<PaneFacts> = {}) {
  const view = { definition: definitionOf({ name: 'fix' }), composer } as unknown as AgentView;
  return agent.screen(screen, { ...facts, ...pane }, view);
}

const drawn = (row: string) => `hello\n\n${row}\n`;
const empty = drawn('> \x1b[7mT\x1b[27mype here');

test('a drawn cursor tells a draft from an empty composer', t => {
  const composer = read(empty, null);
  t.is(composer.state, 'composer');
  t.is(read(empty, composer.composer!).state, 'composer');
  t.like(read(drawn('> half\x1b[7m \x1b[27m'), composer.composer!), { state: 'draft', draft: 'half' });
});

test('where the program draws no cursor, nothing is taken for a draft', t => {
  const { composer } = read(empty, null);
  const unfocused = read(drawn('> Type here'), composer!);
  t.is(unfocused.state, 'composer');
  t.is(unfocused.composer, undefined);
});

test('the terminal’s own cursor counts where it is shown', t => {
  const shown = { cursorHidden: false, cursorX: 2, cursorY: 2 };
  const { composer } = read(drawn('> '), null, shown);
  t.is(read(drawn('> half'), composer!, { ...shown, cursorX: 6 }).draft, 'half');
});
