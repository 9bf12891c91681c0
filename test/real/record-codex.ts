/**
 * Records what the real codex says and shows, as fixtures for the unit tests: `node .build/test/real/record-codex.js
 * [scenario…]`; the scenario `screens` records all screens. Run it again for a new version of codex; the change of the
 * fixtures is then the news.
 *
 * `test/fixtures/codex/turns/<scenario>.jsonl`: `{at, hook, payload}` in the order of their times, and at the end
 * `{transcript: [lines]}`, the rollout. `…/screens/<name>-<width>x<height>.ansi`: captures with escape sequences, under a
 * first line with the facts of the pane. Texts of more than some hundred characters are cut.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { endServer } from './agent-window.js';
import { codexEnvironment, makeCodexHome } from './codex-home.js';
import { type CodexOptions, type CodexWindow, openCodex } from './codex-window.js';
import { binOf, installAgents } from './install.js';
import { startStub } from './stub.js';

interface Scenario extends Pick<CodexOptions, 'args' | 'answers' | 'prompt'> {
  /** What it gives back is the window whose reports are recorded too. */
  play(window: CodexWindow): Promise<CodexWindow | undefined>;
}

const LINE = 'The quick brown fox jumps over the lazy dog: äöü 漢字 🦊\n';
const LONG = `REPLY:got it\n${LINE.repeat(Math.floor((200 * 1024) / Buffer.byteLength(LINE)))}end`;
const QUESTION =
  'MCP:request_user_input {"questions":[{"id":"colour","header":"Colour","question":"Which colour?",' +
  '"options":[{"label":"Red","description":"warm"},{"label":"Blue","description":"cold"}]}]}';
const PLAN = '<proposed_plan>\n# The plan\n\nFirst this, then that.\n</proposed_plan>';
const PING = `mcp_servers={ping={command="node",args=[${JSON.stringify(join(packageRoot, 'test/real/stubs/ping-mcp.mjs'))}]}}`;

const plain = (text: string, more: Partial<Scenario> = {}): Scenario => ({
  ...more,
  async play(window) {
    window.submit(text);
    await window.hookSeen('Stop');
    await ended(window);
  },
});
const failing = (directive: string): Scenario => ({
  async play(window) {
    window.submit(directive);
    await ended(window);
    window.submit('REPLY:after the failure');
    await ended(window, 2);
  },
});

const scenarios: Record<string, Scenario> = {
  plain: plain('REPLY:hello there'),
  argument: {
    prompt: 'REPLY:by argument',
    async play(window) {
      await ended(window);
    },
  },
  'long-argument': {
    prompt: LONG.slice(0, 100_000),
    async play(window) {
      await ended(window);
    },
  },
  lines: plain('one\ntwo\nthree\nfour REPLY:done four'),
  tool: plain('TOOL:echo hi'),
  long: plain(LONG),
  'two-turns': {
    async play(window) {
      for (const turn of [1, 2]) {
        window.submit(`REPLY:turn ${turn}`);
        await ended(window, turn);
      }
    },
  },
  steered: {
    async play(window) {
      window.submit('SLEEP:4 REPLY:one');
      await window.hookSeen('UserPromptSubmit');
      window.submit('REPLY:two');
      await ended(window);
    },
  },
  'steered-in-tool': {
    async play(window) {
      window.submit('TOOL:tail -n1 /etc/passwd; perl -e "sleep 4"');
      await window.hookSeen('PreToolUse');
      await delay(500);
      window.submit('REPLY:two');
      await ended(window);
    },
  },
  'tab-queued': {
    async play(window) {
      window.submit('SLEEP:4 REPLY:one');
      await window.hookSeen('UserPromptSubmit');
      window.paste('REPLY:two');
      window.keys('Tab');
      await ended(window, 2);
    },
  },
  'shell-command': {
    async play(window) {
      window.keys('-l', '!echo by hand');
      await delay(500);
      window.keys('Enter');
      await ended(window);
      window.submit('REPLY:after the command');
      await ended(window, 2);
    },
  },
  'error-400': failing('FAIL:400'),
  'error-401': failing('FAIL:401'),
  'error-429': failing('FAIL:429'),
  'error-500': failing('FAIL:500'),
  cut: failing('CUT:'),
  'escape-before-output': {
    async play(window) {
      window.submit('SLEEP:30 REPLY:never');
      await window.hookSeen('PreModelRequest');
      await delay(1000);
      window.keys('Escape');
      await aborted(window);
      window.submit('REPLY:second');
      await ended(window);
    },
  },
  'escape-after-output': {
    async play(window) {
      window.submit('DRIP:20 REPLY:one two three four five six seven eight');
      await window.screenShows(/• one two/);
      window.keys('Escape');
      await aborted(window);
    },
  },
  'escape-in-tool': {
    async play(window) {
      window.submit('TOOL:tail -f /dev/null');
      await window.hookSeen('PreToolUse');
      await delay(1500);
      window.keys('Escape');
      await aborted(window);
    },
  },
  'escape-with-steer': {
    async play(window) {
      window.submit('SLEEP:30 REPLY:never');
      await window.hookSeen('PreModelRequest');
      window.submit('REPLY:steered');
      await window.screenShows(/Messages to be submitted/);
      window.keys('Escape');
      await aborted(window);
      await ended(window);
    },
  },
  'escape-with-queued': {
    async play(window) {
      window.submit('SLEEP:30 REPLY:never');
      await window.hookSeen('PreModelRequest');
      window.paste('REPLY:queued');
      window.keys('Tab');
      await window.screenShows(/Queued follow-up/);
      window.keys('Escape');
      await aborted(window);
    },
  },
  resumed: {
    async play(window) {
      window.submit('REPLY:remember me');
      await ended(window);
      window.submit('SLEEP:30 REPLY:never');
      await window.rolloutShows('"UserMessage"', 2);
      const thread = window.thread()!;
      process.kill(window.pid, 'SIGKILL');
      await eventually(
        () => window.thread(),
        id => id === null,
      );
      window.end();
      const next = openCodex({ ...base, command: ['resume', thread] });
      await next.ready();
      next.submit('REPLY:I do');
      await ended(next, 2);
      return next;
    },
  },
  'queue-command': {
    async play(window) {
      window.submit('REPLY:first');
      await ended(window);
      queue(window, 'REPLY:by queue');
      await ended(window, 2);
    },
  },
  'stop-blocked': plain('REPLY:I am done', {
    answers: { Stop: '{"decision":"block","reason":"REPLY:now I am done"}' },
  }),
  'context-at-prompt': plain('REPLY:with context', {
    answers: { UserPromptSubmit: context('UserPromptSubmit') },
  }),
  'context-at-start': plain('REPLY:with context', { answers: { SessionStart: context('SessionStart') } }),
  permission: {
    async play(window) {
      window.submit('ESCALATE:touch made-by-tool');
      await window.hookSeen('PermissionRequest');
      await window.screenShows(/Yes, proceed/);
      window.keys('Enter');
      await ended(window);
    },
  },
  'permission-refused': {
    async play(window) {
      window.submit('ESCALATE:touch made-by-tool');
      await window.screenShows(/Yes, proceed/);
      window.keys('Escape');
      await aborted(window);
    },
  },
  mcp: {
    args: ['-c', PING],
    async play(window) {
      window.submit('MCP:ping {}');
      await window.screenShows(/Allow the ping MCP server/);
      window.keys('Enter');
      await ended(window);
    },
  },
  'sub-agent': {
    async play(window) {
      window.submit('REPLY:delegated\nMCP:spawn_agent {"message":"SLEEP:3 REPLY:sub says hi"}');
      await ended(window);
      await window.hookSeen('SubagentStop');
    },
  },
  question: {
    async play(window) {
      await planMode(window);
      window.submit(QUESTION);
      await window.screenShows(/enter to submit answer/);
      await shown(window, 'question');
      window.keys('Enter');
      await ended(window);
    },
  },
  plan: {
    async play(window) {
      await planMode(window);
      window.submit(`REPLY64:${Buffer.from(PLAN).toString('base64')}`);
      await ended(window);
      await delay(1000);
      await shown(window, 'plan');
    },
  },
  compact: {
    async play(window) {
      window.submit('REPLY:before');
      await ended(window);
      await command(window, '/compact');
      await window.hookSeen('PostCompact');
      await ended(window, 2);
      window.submit('REPLY:after');
      await ended(window, 3);
    },
  },
  clear: {
    async play(window) {
      window.submit('REPLY:before');
      await ended(window);
      await command(window, '/clear');
      await delay(2000);
      window.submit('REPLY:after');
      await window.hookSeen('Stop', 2);
    },
  },
  quit: {
    async play(window) {
      window.submit('REPLY:bye');
      await ended(window);
      await command(window, '/quit');
      await window.hookSeen('SessionEnd');
    },
  },
};

/** The screens of one size, in as few starts as can be. */
async function screens(width: number, height: number): Promise<void> {
  const size = { width, height };
  const cleared = async (window: CodexWindow, ...keys: string[]) => {
    window.keys(...keys);
    await delay(500);
  };

  let window = openCodex({ ...base, ...size, env: environment('bare'), dir: join(root, 'other') });
  await window.screenShows(/Sign in/);
  await shown(window, 'login');
  window.end();

  window = openCodex({ ...base, ...size, dir: join(root, 'other') });
  await window.screenShows(/Trust this folder/);
  await shown(window, 'trust');
  window.end();

  window = openCodex({ ...base, ...size, hooksTrusted: false });
  await window.screenShows(/Hooks need review/);
  await shown(window, 'hooks');
  window.end();

  window = openCodex({ ...base, ...size, args: ['-c', PING] });
  // A composer that does not take an Enter yet: the terminal's title is still the machine's name.
  await eventually(
    () => window.screen(),
    screen => screen.includes('›') && window.facts().title === hostname(),
    { every: 5 },
  );
  capture(window, 'starting');
  await window.ready();
  await delay(3000);
  await shown(window, 'composer');
  window.keys('-l', '/');
  await shown(window, 'popup');
  await cleared(window, 'Escape');
  await cleared(window, 'C-u');
  window.keys('-l', '?');
  await shown(window, 'shortcuts');
  await cleared(window, 'Escape');
  window.submit('REPLY:long enough for a title');
  await ended(window);
  await shown(window, 'after-turn');
  window.keys('-l', 'half a draft');
  await shown(window, 'draft');
  await cleared(window, 'C-u');
  window.paste('first line\nsecond line\nthird line');
  await shown(window, 'draft-lines');
  await cleared(window, 'C-c');
  window.keys('-l', `${'a long draft that goes on and on '.repeat(8)}end`);
  await shown(window, 'draft-long');
  await cleared(window, 'C-c');
  window.paste('a paste of some length '.repeat(200));
  await shown(window, 'pasted');
  await cleared(window, 'C-c');
  await shown(window, 'cleared');
  window.keys('-l', '!');
  await shown(window, 'bang');
  window.keys('-l', 'echo by hand');
  await delay(300);
  window.keys('Enter');
  await ended(window, 2);
  await shown(window, 'after-shell-command');
  window.submit('SLEEP:40 REPLY:never');
  await window.hookSeen('PreModelRequest', 2);
  await shown(window, 'busy');
  window.keys('-l', 'half a draft');
  await shown(window, 'busy-draft');
  await cleared(window, 'C-u');
  window.paste('REPLY:queued');
  window.keys('Tab');
  await shown(window, 'busy-queued');
  window.submit('REPLY:steered');
  await shown(window, 'busy-steered');
  window.keys('Escape');
  await aborted(window);
  await ended(window, 4);
  await shown(window, 'after-escape-with-both');
  window.submit('SLEEP:40 REPLY:never');
  await window.screenShows(/esc to interrupt/);
  await delay(1000);
  window.keys('Escape');
  await aborted(window, 2);
  await shown(window, 'interrupted');
  window.submit('TOOL:tail -f /dev/null');
  await window.screenShows(/Running|tail -f[\s\S]*esc to/);
  await shown(window, 'busy-tool');
  window.keys('Escape');
  await aborted(window, 3);
  window.submit('FAIL:400');
  await window.screenShows(/■/);
  await shown(window, 'error');
  window.submit('ESCALATE:touch made-by-tool');
  await window.screenShows(/Yes, proceed/);
  await shown(window, 'permission');
  window.keys('Escape');
  await aborted(window, 4);
  window.submit('MCP:ping {}');
  await window.screenShows(/Allow the ping MCP server/);
  await shown(window, 'permission-mcp');
  window.keys('Escape');
  await delay(2000);
  await shown(window, 'after-refusal');
  window.keys('Left');
  await delay(1500);
  await shown(window, 'agent-center');
  window.end();
}

const fixtures = join(packageRoot, 'test', 'fixtures', 'codex');
for (const folder of ['turns', 'screens']) mkdirSync(join(fixtures, folder), { recursive: true });

/** A capture when the screen has come to rest. */
async function shown(window: CodexWindow, name: string): Promise<void> {
  await delay(700);
  capture(window, name);
}

function capture(window: CodexWindow, name: string): void {
  const facts = window.facts();
  const screen = window.screen().replace(/[ \n]+$/, '\n');
  const file = `${name}-${facts.width}x${facts.height}.ansi`;
  writeFileSync(join(fixtures, 'screens', file), tidy(`${JSON.stringify(facts)}\n${screen}`));
  console.log(`screen ${file}`);
}

/** Waits for the end of the `count`th turn that was not interrupted. */
function ended(window: CodexWindow, count = 1): Promise<void> {
  return window.rolloutShows('"type":"task_complete"', count);
}

function aborted(window: CodexWindow, count = 1): Promise<void> {
  return window.rolloutShows('"type":"turn_aborted"', count);
}

function queue(window: CodexWindow, text: string): void {
  execFileSync('codex', ['queue', '--thread', window.thread()!, '--message', text], { env: base.env });
}

async function command(window: CodexWindow, text: string): Promise<void> {
  window.keys('-l', text);
  await delay(700);
  window.keys('Enter');
}

/** In which codex lets the model ask questions, and propose plans. */
async function planMode(window: CodexWindow): Promise<void> {
  await command(window, '/plan');
  await window.screenShows(/Plan mode/);
}

function context(event: string): string {
  const hookSpecificOutput = { hookEventName: event, additionalContext: `told at ${event}` };
  return JSON.stringify({ hookSpecificOutput });
}

/** What differs from machine to machine. */
function tidy(text: string): string {
  return text
    .replaceAll(packageRoot, '/opt/actor')
    .replaceAll(root, '/home/me')
    .replaceAll(stub.url, 'http://127.0.0.1:8080')
    .replaceAll(`"title":"${hostname()}"`, '"title":"a-host"');
}

const LONGEST = 600;

/** Long texts, and what is long and says nothing to us. */
function shorter(key: string, value: unknown): unknown {
  if (['base_instructions', 'thread_settings', 'permission_profile', 'rate_limits', 'state'].includes(key))
    return undefined;
  if (typeof value !== 'string' || value.length <= LONGEST) return value;
  return `${value.slice(0, LONGEST / 2)}[cut: ${value.length} characters]`;
}

async function record(name: string, { play, ...options }: Scenario): Promise<void> {
  let window = openCodex({ ...base, ...options, name });
  if (options.prompt === undefined) await window.ready();
  const before = window;
  window = (await play(window)) ?? window;
  await delay(1000);
  const hooks = [...(before === window ? [] : before.hooks()), ...window.hooks()];
  const came = hooks.map(({ at, event: hook, payload }) => JSON.stringify({ at, hook, payload }, shorter));
  const lines = (window.transcript() ?? '').split('\n').filter(line => line !== '');
  const rollout = lines.map(line => JSON.stringify(JSON.parse(line), shorter));
  const rows = [...came, `{"transcript":[\n${rollout.join(',\n')}\n]}`];
  writeFileSync(join(fixtures, 'turns', `${name}.jsonl`), tidy(`${rows.join('\n')}\n`));
  window.end();
  console.log(`${name}: ${hooks.map(({ event }) => event).join(' ')}`);
}

const asked = process.argv.slice(2);
await installAgents(['codex']);
const bin = binOf('codex');
const stub = await startStub('openai');
const root = mkdtempSync('/tmp/rc-');
process.env.PATH = `${bin}:${process.env.PATH}`;
const environment = (home: string) => ({
  ...codexEnvironment(join(root, home)),
  PATH: process.env.PATH!,
});
const base = { root, dir: join(root, 'repo'), env: environment('home') };
try {
  for (const name of ['home', 'bare', 'repo', 'other']) mkdirSync(join(root, name));
  for (const name of ['repo', 'other']) execFileSync('git', ['init', '-q', '-b', 'main', join(root, name)]);
  await makeCodexHome(join(root, 'home'), { url: stub.url, trust: [join(root, 'repo')] });
  await makeCodexHome(join(root, 'bare'));
  for (const [name, scenario] of Object.entries(scenarios))
    if (asked.length === 0 || asked.includes(name))
      await record(name, scenario).catch(error => console.log(`${name}: ${error}`));
  if (asked.length === 0 || asked.includes('screens'))
    for (const [width, height] of [
      [120, 40],
      [60, 15],
    ] as const)
      await screens(width, height).catch(error => console.log(`screens ${width}: ${error}`));
} finally {
  endServer(root);
  await stub.stop();
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
