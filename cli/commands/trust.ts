/** `actor trust`: allow a repository's settings to run programs, after a look at them. */

import { confirm } from '../client/confirm.js';
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const json = input.flag('json');
  if (['list', 'revoke', 'yes'].filter(option => input.flag(option)).length > 1)
    throw new UsageFailure('--list, --revoke and --yes exclude each other');
  if (input.flag('list')) {
    const files = await call('trusted', {});
    if (json) io.json(files);
    else io.lines(files.map(({ file, current }) => (current ? file : `${file}  (changed since)`)));
    if (files.length === 0 && !json) io.note('no settings of a repository are trusted');
    return EXIT.done;
  }
  const asked = { dir: null, allow: null, revoke: input.flag('revoke') };
  const shown = await call('trust', asked);
  const tell = ({ file, trusted }: { file: string; trusted: boolean }) => {
    if (json) io.json({ file, trusted });
    else io.line(`${file} is ${trusted ? 'trusted' : 'not trusted'}`);
  };
  if (asked.revoke || shown.trusted) {
    tell(shown);
    return EXIT.done;
  }
  if (shown.content === null || shown.digest === null) {
    io.note(`there is nothing to trust: ${shown.file} does not exist`);
    if (json) io.json({ file: shown.file, trusted: false });
    return EXIT.done;
  }
  if (!input.flag('yes')) {
    if (!io.inputIsTerminal)
      throw new UsageFailure(
        'without a terminal nobody can be asked',
        'read the file, then: actor trust --yes',
      );
    io.note(`${shown.file}:`);
    io.note(shown.content);
    if (!(await confirm(io, 'May its hooks, agents and agent options run programs as you? [y/N] '))) {
      tell(shown);
      return EXIT.failed;
    }
  }
  tell(await call('trust', { dir: null, allow: shown.digest, revoke: false }));
  return EXIT.done;
}
