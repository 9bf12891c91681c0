/**
 * Records what the real claude says and shows, as fixtures for the unit tests: `node .build/test/real/record-claude.js
 * [scenario…]`. Run it again for a new version of claude; the change of the fixtures is then the news.
 *
 * `test/fixtures/claude/turns/<scenario>.jsonl`: what came, in the order of its times: `{at, hook, payload}`,
 * `{at, state}`, and at the end `{transcript: [lines]}`. `…/screens/<name>.ansi`: captures with escape sequences.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../helpers/root.js';
import { endServer } from './agent-window.js';
import { claudeEnvironment, makeClaudeHome } from './claude-home.js';
import { type ClaudeWindow, openClaude, type WindowOptions } from './claude-window.js';
import { binOf, installAgents } from './install.js';
import { startStub } from './stub.js';

const BYPASS = ['--dangerously-skip-permissions', '--settings', '{"skipDangerousModePermissionPrompt":true}'];
const QUESTION =
  'USE:AskUserQuestion {"questions":[{"question":"Which colour?","header":"Colour","multiSelect":false,' +
  '"options":[{"label":"Red","description":"warm"},{"label":"Blue","description":"cold"}]}]}';
const BACKGROUND =
  'USE:Bash {"command":"tail -f /dev/null & sleep 3; kill $!","description":"wait","run_in_background":true}';
const AGENT =
  'USE:Agent {"description":"look around","prompt":"SLEEP:3 REPLY:sub says hi","subagent_type":"general-purpose","run_in_background":true}';

interface Scenario {
  args?: string[];
  /** More variables for claude. */
  env?: Record<string, string>;
  play(window: ClaudeWindow): Promise<void>;
}

const plain = (text: string): Scenario => ({
  args: BYPASS,
  async play(window) {
    window.submit(text);
    await window.hookSeen('Stop');
  },
});
const failing = (status: number): Scenario => ({
  args: BYPASS,
  env: { CLAUDE_CODE_MAX_RETRIES: '0' },
  async play(window) {
    window.submit(`STATUS:${status} REPLY:x`);
    await window.hookSeen('StopFailure');
    await shown(window, `after-${status}`);
  },
});

const scenarios: Record<string, Scenario> = {
  plain: plain('REPLY:hello there'),
  pasted: plain('one\ntwo\nthree\nfour REPLY:done four'),
  tool: plain('TOOL:echo hi'),
  'error-400': failing(400),
  'error-401': failing(401),
  'error-429': failing(429),
  'error-500': failing(500),
  'error-529': failing(529),
  'escape-before-output': {
    args: BYPASS,
    async play(window) {
      await shown(window, 'composer');
      window.submit('SLEEP:20 REPLY:never');
      await window.hookSeen('UserPromptSubmit');
      await delay(1500);
      await shown(window, 'busy');
      window.keys('Escape');
      await window.stateIs('idle');
      await shown(window, 'taken-back');
      window.keys('C-u');
      await delay(300);
      window.submit('REPLY:second');
      await window.hookSeen('Stop');
    },
  },
  'escape-after-output': {
    args: BYPASS,
    async play(window) {
      window.submit('STREAM:20 REPLY:one two three four five six');
      await window.hookSeen('UserPromptSubmit');
      await delay(5000);
      window.keys('-l', 'half a draft');
      await delay(500);
      await shown(window, 'busy-draft');
      window.keys('Escape');
      await window.stateIs('idle');
      await shown(window, 'interrupted-draft');
    },
  },
  'escape-in-tool': {
    args: BYPASS,
    async play(window) {
      window.submit('TOOL:tail -f /dev/null');
      await window.hookSeen('UserPromptSubmit');
      await delay(2000);
      window.keys('Escape');
      await window.stateIs('idle');
      await shown(window, 'interrupted');
    },
  },
  permission: {
    args: ['--permission-mode', 'manual'],
    async play(window) {
      window.submit('TOOL:touch made-by-tool');
      await window.hookSeen('PermissionRequest');
      await delay(2000);
      await shown(window, 'permission');
      window.keys('Enter');
      await window.hookSeen('Stop');
    },
  },
  question: {
    args: BYPASS,
    async play(window) {
      window.submit(QUESTION);
      await window.hookSeen('PermissionRequest');
      await delay(2000);
      await shown(window, 'question');
      window.keys('Enter');
      await window.hookSeen('Stop');
    },
  },
  'background-command': {
    args: BYPASS,
    async play(window) {
      window.submit(BACKGROUND);
      await window.hookSeen('Stop');
      await shown(window, 'background-command');
      await window.hookSeen('Stop', 2);
    },
  },
  'sub-agent': {
    args: BYPASS,
    async play(window) {
      window.submit(AGENT);
      await window.hookSeen('Stop');
      await shown(window, 'sub-agent');
      await window.hookSeen('Stop', 2);
    },
  },
  'peer-idle': {
    args: withAccept(),
    async play(window) {
      window.keys('-l', 'half typed');
      send(window, event('1'));
      await window.hookSeen('Stop');
      await shown(window, 'draft');
    },
  },
  'peer-mid-turn': {
    args: withAccept(),
    async play(window) {
      window.submit('TOOL:tail -n1 /etc/passwd; perl -e "sleep 3"');
      await window.hookSeen('UserPromptSubmit');
      await delay(1200);
      send(window, event('2'));
      await window.hookSeen('Stop');
    },
  },
  'peer-at-dialog': {
    args: withAccept(),
    async play(window) {
      window.submit(QUESTION);
      await window.hookSeen('PermissionRequest');
      await delay(2000);
      send(window, event('3'));
      await delay(1000);
      window.keys('Enter');
      await window.hookSeen('Stop');
    },
  },
  'queued-prompt': {
    args: BYPASS,
    async play(window) {
      window.submit('SLEEP:3 REPLY:one');
      await window.hookSeen('UserPromptSubmit');
      await delay(800);
      window.submit('REPLY:two');
      await delay(500);
      await shown(window, 'queued');
      await window.hookSeen('Stop', 2);
    },
  },
  clear: {
    args: BYPASS,
    async play(window) {
      window.submit('REPLY:before');
      await window.hookSeen('Stop');
      window.keys('-l', '/clear');
      await delay(600);
      await shown(window, 'command-menu');
      window.keys('Enter');
      await window.hookSeen('SessionStart', 2);
      await window.stateIs('idle');
      window.submit('REPLY:after');
      await window.hookSeen('Stop', 2);
    },
  },
  exit: {
    args: BYPASS,
    async play(window) {
      window.submit('REPLY:bye');
      await window.hookSeen('Stop');
      await window.stateIs('idle');
      window.keys('C-d', 'C-d');
      await window.hookSeen('SessionEnd');
    },
  },
};

/** Screens at the start: of a directory that nobody trusts, in the order in which claude shows them. */
async function startScreens(base: WindowOptions, home: string): Promise<void> {
  await makeClaudeHome(home, { approveKey: false });
  const window = openClaude({ ...base, args: ['--dangerously-skip-permissions'] });
  for (const [name, marker] of [
    ['trust', 'Accessing workspace'],
    ['key', 'Detected a custom API key'],
    ['bypass', 'Bypass Permissions mode'],
  ] as const) {
    for (let tries = 0; tries < 100 && !window.screen().includes(marker); tries++) await delay(100);
    await delay(300);
    await shown(window, name);
    window.keys(name === 'key' ? 'Up' : 'Down');
    await delay(300);
    window.keys('Enter');
  }
  await window.stateIs('idle');
  window.end();
}

const fixtures = join(packageRoot, 'test', 'fixtures', 'claude');
for (const folder of ['turns', 'screens']) mkdirSync(join(fixtures, folder), { recursive: true });

async function shown(window: ClaudeWindow, name: string): Promise<void> {
  // The screen follows the hooks and the state file.
  await delay(600);
  const { cursorX, cursorY } = window.facts();
  const screen = window.screen().replace(/[ \n]+$/, '\n');
  writeFileSync(join(fixtures, 'screens', `${name}.ansi`), `${cursorX} ${cursorY}\n${tidy(screen)}`);
}

function send(window: ClaudeWindow, text: string): void {
  const path = String(window.state()?.messagingSocketPath);
  const socket = net.connect(path, () =>
    socket.end(`${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`),
  );
}

function event(id: string): string {
  return `<actor-event id="${id}" session="fix-nav" outcome="completed" delivery="token-${id}">\nREPLY:event ${id} seen\n</actor-event>`;
}

function withAccept(): string[] {
  const settings = { skipDangerousModePermissionPrompt: true, crossSessionInbound: 'accept' };
  return ['--dangerously-skip-permissions', '--settings', JSON.stringify(settings)];
}

let root = '';

/** What differs from run to run and from machine to machine, and what is long and says nothing to us. */
function tidy(text: string): string {
  return text
    .replaceAll(packageRoot, '/opt/actor')
    .replaceAll(root, '/home/me')
    .replaceAll(root.replaceAll('/', '-'), '-home-me');
}

function tidyLine(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  for (const key of ['rendered', 'params', 'shape', 'snapshot', 'hash', 'tail', 'tools']) delete entry[key];
  const message = entry.message as Record<string, unknown> | undefined;
  if (message) for (const key of ['usage', 'stop_details', 'context_management']) delete message[key];
  if (entry.type === 'api-request-blob') delete entry.message;
  const attachment = entry.attachment as { type: string } | undefined;
  if (attachment && !/^(?:queued_command|hook_)/.test(attachment.type))
    entry.attachment = { type: attachment.type };
  return tidy(JSON.stringify(entry));
}

async function record(name: string, scenario: Scenario, base: WindowOptions): Promise<void> {
  const window = openClaude({
    ...base,
    name,
    args: scenario.args ?? [],
    env: { ...base.env, ...scenario.env },
  });
  await window.stateIs('idle');
  const states = new Map<number, unknown>();
  const watching = setInterval(() => {
    const state = window.state();
    if (state) states.set(Number(state.statusUpdatedAt), state);
  }, 10);
  await scenario.play(window);
  await delay(800);
  clearInterval(watching);
  const lines = (window.transcript() ?? '').split('\n').filter(line => line !== '');
  const came = [
    ...window.hooks().map(({ at, event: hook, payload }) => ({ at, hook, payload })),
    ...[...states].map(([at, state]) => ({ at, state })),
  ].sort((one, other) => one.at - other.at);
  const rows = [
    ...came.map(row => tidy(JSON.stringify(row))),
    `{"transcript":[\n${lines.map(tidyLine).join(',\n')}\n]}`,
  ];
  // One value a row but for the last, whose lines are more readable each on its own.
  writeFileSync(join(fixtures, 'turns', `${name}.jsonl`), `${rows.join('\n')}\n`);
  window.end();
  console.log(
    `${name}: ${came.map(row => ('hook' in row ? row.hook : `(${(row.state as { status: string }).status})`)).join(' ')}`,
  );
}

const asked = process.argv.slice(2);
await installAgents(['claude']);
const bin = binOf('claude');
const stub = await startStub('anthropic');
root = mkdtempSync('/tmp/rc-');
try {
  for (const name of ['home', 'bare', 'repo', 'other']) mkdirSync(join(root, name));
  for (const name of ['repo', 'other']) execFileSync('git', ['init', '-q', '-b', 'main', join(root, name)]);
  const env = (home: string) => ({
    ...claudeEnvironment(join(root, home), stub.url),
    PATH: `${bin}:${process.env.PATH}`,
  });
  await makeClaudeHome(join(root, 'home'), { trust: [join(root, 'repo')] });
  const base = { root, dir: join(root, 'repo'), env: env('home') };
  for (const [name, scenario] of Object.entries(scenarios))
    if (asked.length === 0 || asked.includes(name)) await record(name, scenario, base);
  if (asked.length === 0 || asked.includes('start'))
    await startScreens({ root, dir: join(root, 'other'), env: env('bare') }, join(root, 'bare'));
} finally {
  endServer(root);
  await stub.stop();
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
