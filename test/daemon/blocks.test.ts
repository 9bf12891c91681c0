/** Events that come faster than an agent answers must not keep it from coming to rest: its Stops are held up thrice in a row. */
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tell } from '../cli/story.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

test('after three Stops in a row that events held up, an agent comes to rest; the rest comes with its next prompt', async t => {
  const story = await tell(t);
  // An agent that says nothing, so that the hooks are run here.
  await writeFile(join(story.bin, 'claude'), '#!/bin/sh\nexec tail -f /dev/null\n');
  await chmod(join(story.bin, 'claude'), 0o755);
  await story.ok('--detach', 'claude');
  await story.make('worker');

  const mail = join(story.actorHome, 'mail', 'main');
  const isPending = () => existsSync(join(mail, 'pending'));
  const hook = async (event: string, payload: unknown) => {
    const { stdout } = await story.run(join(packageRoot, 'hooks', 'agent-mail.sh'), [event], {
      input: `${JSON.stringify(payload)}\n`,
      env: { ACTOR_NAME: 'main', ACTOR_LAUNCH: 'any' },
    });
    return stdout;
  };
  const stop = (isHeldUp: boolean) => hook('Stop', { stop_hook_active: isHeldUp });
  const happens = async (what: string) => {
    await story.ok('run', 'worker', `echo ${what}`, '--wait');
    await eventually(isPending, Boolean);
  };

  for (const [turn, what] of ['one', 'two', 'three'].entries()) {
    await happens(what);
    t.regex(await stop(turn > 0), new RegExp(`"decision":"block".*${what}`));
  }
  await happens('four');
  t.is(await stop(true), '', 'the fourth Stop in a row is not held up');
  t.true(isPending(), 'what waits is kept');
  t.regex(await hook('UserPromptSubmit', { prompt: 'and now?' }), /additionalContext.*four/);
});
