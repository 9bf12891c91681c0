/** `actor config`: what a session is configured with, and changes of it. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { type Assignment, parseAssignment, valuesByKey, writeValue } from '../client/values.js';
import { Failure } from '../domain/failure.js';
import { type ConfigEntry, EXIT, type ExitCode } from '../protocol.js';
import { configLines, restartLine } from '../texts/settings.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const [named = '', ...words] = input.positionals;
  const { keys, changes } = sorted(words);
  const { name, entries, running } = await call('config', { name: named, changes });
  const shown = keys.length > 0 ? keys.map(key => entryOf(entries, key, name)) : entries;
  const [only] = shown;
  if (input.flag('json')) io.json({ name, entries: shown, running });
  else if (keys.length === 1 && only) io.line(writeValue(only.value));
  else io.lines(configLines(shown, io.width));
  if (Object.keys(changes).length > 0 && running) io.note(restartLine(name));
  if (shown.length === 0 && !input.flag('json')) io.note(`nothing is configured for ${name}`);
  return EXIT.done;
}

/** Which keys to show (none: all), and what to change. @throws UsageFailure */
function sorted(words: readonly string[]) {
  const keys: string[] = [];
  const assignments: Assignment[] = [];
  for (const word of words) {
    const assignment = parseAssignment(word);
    if (assignment) assignments.push(assignment);
    else if (word === '' || word.startsWith('='))
      throw new UsageFailure(`config needs KEY or KEY=VALUE, not ${word || 'an empty word'}`);
    else keys.push(word);
  }
  return { keys, changes: valuesByKey(assignments, '') };
}

function entryOf(entries: readonly ConfigEntry[], key: string, name: string): ConfigEntry {
  const entry = entries.find(each => each.key === key);
  if (!entry) throw new Failure(EXIT.failed, `${name} has no ${key}`, `actor config ${name}`);
  return entry;
}
