/**
 * One agent twice, under the same fingers: bare in a terminal, and in a window of actor through `attach`. Same version, same
 * arguments, a home and a stub for each, screens of the same size: what differs is what actor does to keys.
 */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { packageRoot } from '../helpers/root.js';
import { openTerminal, type Terminal } from '../helpers/terminal.js';
import { holds } from '../helpers/wait.js';
import type { RealAgent } from './install.js';
import { FURNISH, STUBS, type Stage, UNASKED, withStage } from './stage.js';
import { startStub } from './stub.js';

const WIDTH = 100;
const HEIGHT = 30;

/** Between two keys of a person who does not hurry, in milliseconds: codex takes what comes faster for a paste. */
const RHYTHM = 400;

/** The daemon looks at a screen more often than this before it types, in milliseconds. */
const PERSISTENCE = 3000;

/** The session, and so that no word on the screens differs the folder and the name of the bare one. */
export const NAME = 'worker';

/** What {@link UNASKED} comes to; any `-c` makes codex one without a daemon, as actor's are. */
const BARE: Record<RealAgent, string[]> = {
  claude: ['--name', NAME, '--permission-mode', 'bypassPermissions'],
  codex: [
    ...['-c', 'check_for_update_on_startup=false'],
    ...['--sandbox', 'danger-full-access', '--ask-for-approval', 'never'],
  ],
};

/** What terminals send for keys that have more than one form, or none that is a letter: xterm's, and kitty's CSI u. */
export const SHIFT_ENTER = { kitty: '\x1b[13;2u', xterm: '\x1b[27;2;13~', configured: '\x1b\r' };
export const ALT_LEFT = '\x1b[1;3D';
export const ALT_RIGHT = '\x1b[1;3C';
export const SHIFT_TAB = '\x1b[Z';
export const WHEEL_UP = '\x1b[<64;10;10M';
export const WHEEL_DOWN = '\x1b[<65;10;10M';

export interface Twins {
  stage: Stage;
  bare: Terminal;
  through: Terminal;
  /** Sends both these bytes, all at once. */
  send(bytes: string): Promise<void>;
  /** Waits until both screens show this, and do not differ. */
  show(pattern: RegExp): Promise<void>;
  /** Checks that for some seconds both screens show this, and do not differ. */
  keepShowing(pattern: RegExp): Promise<void>;
  /** {@link send} of a key that changes nothing on the screen; waits until both agents have drawn something for it. */
  tap(bytes: string): Promise<void>;
  /** {@link send}, then {@link show}. */
  key(bytes: string, pattern: RegExp): Promise<void>;
  /** Types a prompt, and Enter once it stands there; waits until both models are asked. */
  enter(prompt: string): Promise<void>;
  /** The time that passes between two keys. */
  pause(): Promise<void>;
  /** Checks that both stubs were asked the same. @returns the texts, and their lengths. */
  asked(): Promise<{ text: string; length: number }[]>;
  /** What the programs on the two terminals have asked them for, of those things that change what keys send. */
  modes(): Promise<{ bare: string[]; through: string[] }>;
}

/** Starts both, beside a main that is a shell, and waits until they take prompts. `$EDITOR` adds ` edited` to its file. */
export async function withTwins(t: ExecutionContext, agent: RealAgent): Promise<Twins> {
  const stage = await withStage(t, { agents: [agent] });
  const { arena } = stage;
  const editor = join(arena.bin, 'edit');
  await writeFile(editor, '#!/bin/sh\nprintf " edited" >>"$1"\n', { mode: 0o755 });
  arena.env.EDITOR = editor;
  await stage.actor('--detach', 'shell');
  await stage.actor('new', NAME, '--agent', agent, ...UNASKED[agent]);

  const home = join(arena.root, 'bare');
  await mkdir(home);
  const checkout = await arena.repository(NAME);
  const stub = await startStub(STUBS[agent]);
  t.teardown(() => stub.stop());
  const env = await FURNISH[agent](home, stub.url, { trust: [checkout] });

  // As a terminal of its own, that is not tmux, would call it.
  const terminal = ['env', '-u', 'TERM_PROGRAM', '-u', 'TERM_PROGRAM_VERSION', 'TERM=xterm-256color'];
  const records = { bare: join(arena.root, 'bare.bytes'), through: join(arena.root, 'through.bytes') };
  const actor = [process.execPath, join(packageRoot, 'dist', 'actor.cjs')];
  const [bare, through] = await Promise.all([
    openTerminal(t, arena, [...terminal, agent, ...BARE[agent]], {
      ...{ cwd: checkout, env, width: WIDTH, height: HEIGHT, record: records.bare },
    }),
    // One line more, for the status line.
    openTerminal(t, arena, [...terminal, ...actor, 'attach', NAME], {
      ...{ cwd: stage.repo, width: WIDTH, height: HEIGHT + 1, record: records.through },
    }),
  ]);
  // What the agent itself draws: tmux passes on only what changes the screen.
  const drawn = { bare: records.bare, through: join(arena.root, 'drawn.bytes') };
  const screens = () => Promise.all([bare, through].map(async each => plain(await each.screen())));

  const questions = async () =>
    [await stub.requests(), await stage.requests()].map(requests =>
      requests
        .filter(({ main, textLength }) => main && textLength !== undefined)
        .map(({ text, textLength }) => ({ text: unmarked(String(text)), length: Number(textLength) })),
    );

  const twins: Twins = {
    stage,
    bare,
    through,
    send: async bytes => void (await Promise.all([bare.send(bytes), through.send(bytes)])),
    async show(pattern) {
      await stage.eventually(screens, ([one, other]) => one === other && pattern.test(one!), {
        describe: async () => `${pattern}\n${(await screens()).join('\n======== through actor\n')}`,
      });
    },
    keepShowing: pattern =>
      holds(screens, ([one, other]) => one === other && pattern.test(one!), PERSISTENCE),
    async tap(bytes) {
      const sizes = () => Promise.all([drawn.bare, drawn.through].map(async file => (await stat(file)).size));
      // The files are behind the screens, which show the last key.
      await twins.pause();
      const before = await sizes();
      await twins.send(bytes);
      await stage.eventually(sizes, after => after.every((size, index) => size > before[index]!));
    },
    async key(bytes, pattern) {
      await twins.send(bytes);
      await twins.show(pattern);
    },
    async enter(prompt) {
      await twins.key(prompt, new RegExp(`^[❯›] ${prompt}$`, 'm'));
      await twins.pause();
      await twins.send('\r');
      // A screen tells of a turn before its request is out, and an Esc then would leave the one asked and the other not.
      await stage.eventually(questions, both => both.every(asked => asked.at(-1)?.text === prompt));
    },
    pause: () => delay(RHYTHM),
    async asked() {
      const [one, other] = await questions();
      t.deepEqual(other, one, 'what the model is asked');
      return one!;
    },
    async modes() {
      const [one, other] = await Promise.all(
        [records.bare, records.through].map(file => readFile(file, 'utf8')),
      );
      return { bare: modesIn(one!), through: modesIn(other!) };
    },
  };
  const { window } = await stage.reaches(NAME, 'idle');
  await writeFile(drawn.through, '');
  await stage.tmux('pipe-pane', '-O', '-t', String(window), `exec cat >>'${drawn.through}'`);
  await twins.show(READY[agent]);
  return twins;
}

const READY: Record<RealAgent, RegExp> = { claude: /^❯$/m, codex: /^› Ask Codex[\s\S]*stub-model/m };

/** The screen without what differs between any two runs: paths, times, tips, the words of the spinner. */
function plain(screen: string): string {
  return screen
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .slice(0, HEIGHT)
    .map(line => unmarked(line.trimEnd()))
    .filter(line => !/[▐▝▁▔]|^ {40,}/.test(line))
    .map(line => line.replace(/\/tmp\/a-\S+/, 'DIR').replace(/\b\d+[smh] ago +/, 'AGO '))
    .map(line => line.replace(/^[·✢✳✶✻✽*] [^…]+….*/, 'SPINNER').replace(/^✻ \p{L}+ for .*/u, 'DONE'))
    .map(line => line.replace(/Working \(.*/, 'SPINNER').replace(/Worked for .*/, 'DONE'))
    .map(line => (/[│╭╰]/.test(line) ? line.replace(/([ ─])\1+/g, '$1') : line))
    .join('\n')
    .replace(/^ +[└⎿] +Tip:.*(\n {5}\S.*)*\n/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** Without the number that claude gives to each paste. */
function unmarked(text: string): string {
  return text.replace(/(pasted_content id)="\w+"/g, '$1');
}

/** Bracketed paste, mouse, focus, extended keys and the kitty protocol, as switched on or asked about. */
function modesIn(output: string): string[] {
  const found = output.matchAll(/\x1b\[(\?(?:1000|1002|1003|1004|1006|2004)h|>4;\d+m|[>=]\d+u|\?u)/g);
  return [...new Set([...found].map(match => match[1]!))].sort();
}
