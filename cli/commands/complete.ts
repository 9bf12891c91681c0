/**
 * `actor complete`: what could stand at the end of a command line. The shell asks at each Tab, so it answers from what is there:
 * it starts no daemon, and says nothing of what goes wrong.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Candidate, wantedAt } from '../client/complete.js';
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { visible } from '../client/width.js';
import { isValidName } from '../domain/names.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { CATALOG } from './catalog.js';

/** So long a person waits for what the daemon knows, in milliseconds. */
const PATIENCE = 1000;
/** The line that lets the shell complete directories itself. */
const DIRECTORIES = ':directories';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { typed, prefix, words, of, given } = wantedAt(input.positionals, CATALOG);
  if (of === 'directory' && prefix === '') context.io.line(DIRECTORIES);
  const names = of === null || of === 'directory' ? [] : await NAMES[of](context).catch(() => []);
  const fitting = [...words, ...names].filter(
    ({ value }) => value.startsWith(typed) && (value === typed || !given.includes(value)),
  );
  context.io.lines(
    // A purpose or a description is anybody's text: nothing of it may look like another line.
    fitting.map(({ value, help }) => `${prefix}${value}\t${visible(help).replace(/\s+/g, ' ')}`),
  );
  return EXIT.done;
}

const NAMES: Record<'session' | 'agent' | 'role', (context: Context) => Promise<Candidate[]>> = {
  async session(context) {
    const sessions = await context.callQuickly('list', { status: null }, PATIENCE).catch(() => null);
    if (sessions === null) return filedSessions(context);
    return sessions.map(({ name, status, purpose }) => ({
      value: name,
      help: purpose === null ? status : `${status}: ${purpose}`,
    }));
  },
  async agent(context) {
    const kinds = await context.callQuickly('kinds', {}, PATIENCE).catch(() => null);
    const builtIn = CATALOG.filter(({ verbatim, hidden }) => verbatim && !hidden).map(({ name }) => name);
    return (kinds ?? builtIn).map(value => ({ value, help: '' }));
  },
  async role(context) {
    const roles = await context.callQuickly('roles', { dir: null }, PATIENCE);
    return (roles ?? []).map(({ name, description }) => ({ value: name, help: description ?? '' }));
  },
};

/** Where no daemon answers, the sessions' files still say their names. */
async function filedSessions({ home }: Context): Promise<Candidate[]> {
  const files = await readdir(join(home.path, 'sessions'));
  return files
    .map(file => file.replace(/\.kdl$/, ''))
    .filter((name, index) => name !== files[index] && isValidName(name))
    .map(value => ({ value, help: '' }));
}
