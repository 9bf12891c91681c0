/** All that a `settings.kdl` can hold (contract §8). A new setting is a row here and its reading in settings.ts. */
import { isValidName } from '../domain/names.js';
import { HOOK_NAMES, KEY_NAMES } from '../domain/settings.js';
import type { NodeShape, Shape, ValueShape } from './shape.js';

/** tmux's names of keys, as far as a terminal sends them: letters, digits and signs with C-, M- and S-, named keys. */
const KEY =
  /^(?:[CMS]-){0,3}(?:[!-~]|F(?:[1-9]|1[0-2])|Escape|Enter|Tab|BTab|Space|BSpace|DC|IC|Up|Down|Left|Right|Home|End|PageUp|PageDown|PPage|NPage)$/;
/** A day, in seconds: a hook or a silence that takes longer is a mistake. */
const LONGEST = 86_400;

const text = (is: string): ValueShape => ({ type: 'text', is });
const flag: ValueShape = { type: 'flag', is: '#true or #false' };
const seconds: ValueShape = {
  type: 'number',
  is: `a number of seconds (up to ${LONGEST})`,
  fits: value => typeof value === 'number' && value > 0 && value <= LONGEST,
};
const choice = (...choices: string[]): ValueShape => ({
  type: 'text',
  is: choices.map(each => `"${each}"`).join(' or '),
  choices,
});
const name = (is: string): ValueShape => ({
  type: 'text',
  is,
  fits: value => typeof value === 'string' && isValidName(value),
});
const key: ValueShape = {
  type: 'text',
  is: 'a tmux key like "C-z" or "M-1"',
  fits: value => typeof value === 'string' && KEY.test(value),
};
const one = (value: ValueShape, usage: string): NodeShape => ({ usage, values: [value], cancels: true });

const config: NodeShape = { usage: 'config model="opus"', values: [], properties: { any: 'all' } };
const useSubscription = one(flag, 'use-subscription #true');

const hook = (command: string): NodeShape => ({
  usage: command,
  values: [text('a command line')],
  cancels: true,
  properties: { timeout: seconds },
});

/** What a custom agent consists of. */
const CUSTOM_AGENT = {
  needs: ['command', 'turn-end'],
  children: {
    command: { usage: 'command "gemini" "--flag"', values: { each: text('text') } },
    resume: { usage: 'resume "--continue"', values: { each: text('text') } },
    'prompt-by': { usage: 'prompt-by "paste"', values: [choice('argv', 'paste', 'stdin')] },
    'turn-end': {
      usage: 'turn-end "hook", turn-end "title" pattern="done", or turn-end "silence" seconds=4',
      values: [choice('hook', 'title', 'silence')],
      properties: { seconds, pattern: text('text') },
    },
    interrupt: { usage: 'interrupt "Escape"', values: { each: key } },
    env: { usage: 'env NAME="value"', values: [], properties: { any: text('text') } },
  },
} satisfies Partial<NodeShape>;

/** A custom agent as the file of a session keeps it: without its name. */
export const CUSTOM_AGENT_SHAPE: NodeShape = {
  usage: 'kind { command "gemini"; turn-end "hook" }',
  values: [],
  ...CUSTOM_AGENT,
};

export const SETTINGS_SHAPE: Shape = {
  'default-agent': one(text('the name of an agent'), 'default-agent "claude"'),
  defaults: {
    usage: 'defaults "claude" { config model="opus" }',
    values: [text('the name of an agent')],
    isNamed: true,
    children: { config, 'use-subscription': useSubscription },
  },
  role: {
    usage: 'role "reviewer" { prompt "You review …" }',
    values: [name('a name (letters, digits, . _ -)')],
    isNamed: true,
    children: {
      description: one(text('text'), 'description "Careful code reviewer"'),
      agent: one(text('the name of an agent'), 'agent "claude"'),
      prompt: one(text('text'), 'prompt "You are a meticulous reviewer …"'),
      config,
      'use-subscription': useSubscription,
      coordinator: one(flag, 'coordinator #true'),
    },
  },
  agent: {
    usage: 'agent "gemini" { command "gemini"; prompt-by "paste"; turn-end "silence" seconds=4 }',
    values: [
      {
        type: 'text',
        is: 'a name that no built-in agent has',
        fits: value =>
          typeof value === 'string' && isValidName(value) && !['claude', 'codex', 'shell'].includes(value),
      },
    ],
    isNamed: true,
    ...CUSTOM_AGENT,
  },
  hooks: {
    usage: 'hooks { on-start "npm ci" timeout=300 }',
    values: [],
    children: Object.fromEntries(HOOK_NAMES.map(each => [each, hook(`${each} "./${each}.sh" timeout=60`)])),
  },
  worktree: {
    usage: 'worktree { copy ".env"; link "node_modules" }',
    values: [],
    children: {
      copy: { usage: 'copy ".env" ".env.*"', values: { each: text('a path or pattern') }, cancels: true },
      link: { usage: 'link "node_modules"', values: { each: text('a path or pattern') }, cancels: true },
    },
  },
  keys: {
    usage: 'keys { menu "C-z" }',
    values: [],
    personal: 'keys are a person’s own',
    children: Object.fromEntries(KEY_NAMES.map(each => [each, one(key, `${each} "C-a", or ${each} #null`)])),
  },
  notify: {
    usage: 'notify desktop=#true',
    values: [],
    personal: 'how a person is told is that person’s choice',
    properties: { desktop: flag },
  },
};
