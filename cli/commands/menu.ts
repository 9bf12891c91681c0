/**
 * What a popup of the window's menu runs: the same commands as by hand, with their refusals, and the result stays until a
 * key is pressed (a good one not for long).
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import type { Streams } from '../client/io.js';
import { ProcessStreams } from '../client/process-streams.js';
import { visible } from '../client/width.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { requireTerminal } from './terminal.js';

/** How long a good result can be read, in milliseconds. */
const SHOWN = { new: 0, start: 0, stop: 1500, discard: 4000 } as const;

/** So long it takes to read what was typed ahead, in milliseconds. */
const UNREAD = 50;

type Action = keyof typeof SHOWN;

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const [action, what = null] = input.positionals as [Action, string?];
  requireTerminal(context.io, 'actor --help');
  const code = await doIt(action, what, context);
  await keyPressed(code === EXIT.done ? SHOWN[action] : null);
  return code;
}

function doIt(action: Action, what: string | null, context: Context): Promise<ExitCode> {
  if (action === 'new') return makeNew(what, context);
  if (action !== 'start') return byHand([action, what ?? ''], context);
  context.io.line(`Starting ${what} …`);
  return byHand(['attach', what ?? ''], context);
}

/** As if this had been typed. */
async function byHand(words: readonly string[], context: Context, streams?: Streams): Promise<ExitCode> {
  const { invoke } = await import('./invoke.js');
  return (await invoke(words, streams ?? new ProcessStreams(), context.env)) ?? EXIT.done;
}

/** Asks for a prompt or a name, makes the session, and puts the terminal on it. Nothing typed: nothing is done. */
async function makeNew(dir: string | null, context: Context): Promise<ExitCode> {
  const { io } = context;
  io.line(`New session${dir === null ? '' : ` in ${visible(dir)}`}`);
  io.line('Type what it is to do, or only a name. Esc goes back.\n');
  const typed = (await lineTyped('> '))?.trim();
  if (!typed) return EXIT.done;
  const streams = new Collecting();
  const where = dir === null ? [] : ['--dir', dir];
  const code = await byHand(['new', ...where, '--', typed], context, streams);
  if (code !== EXIT.done) return code;
  return byHand(['attach', streams.output.trim()], context);
}

/** What is printed as a result is kept, for whoever goes on with it. */
class Collecting extends ProcessStreams {
  output = '';

  override write(descriptor: 1 | 2, text: string): void {
    if (descriptor === 1) this.output += text;
    else super.write(descriptor, text);
  }
}

/** The line, with the usual keys to edit it; null after Esc, C-c, C-d or C-q. */
function lineTyped(question: string): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, escapeCodeTimeout: 50 });
  return new Promise(resolve => {
    process.stdin.on('keypress', (_, key: { name?: string; ctrl?: boolean }) => {
      if (key.name === 'escape' || (key.ctrl && key.name === 'q')) lines.close();
    });
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => resolve(null));
    lines.question(question, answer => {
      resolve(answer);
      lines.close();
    });
  });
}

/** Until a key is pressed, or `time` in milliseconds has passed; null: however long. */
async function keyPressed(time: number | null): Promise<void> {
  if (time === 0) return;
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.resume();
  // What flows by meanwhile was pressed before the result could be seen: it closes nothing. A process that had no time since
  // meets the end of the delay before what there is to read: that is read in the turn of the event loop that follows.
  await delay(UNREAD);
  await setImmediate();
  await setImmediate();
  if (time === null) process.stdout.write('\npress a key to go back');
  await new Promise<void>(resolve => {
    stdin.once('data', () => resolve());
    if (time !== null) setTimeout(resolve, time);
  });
}
