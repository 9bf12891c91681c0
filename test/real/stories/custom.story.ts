/** A real agent that nobody wrote code for, by the definition that we ship: Qwen Code, from its first prompt to its end. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { withArena } from '../../helpers/arena.js';
import { packageRoot } from '../../helpers/root.js';
import { binOf } from '../install.js';
import { kill, PATIENCE, Stage } from '../stage.js';
import { startStub } from '../stub.js';

const SHIPPED = join(packageRoot, 'templates', 'agents');

async function withQwen(t: ExecutionContext): Promise<Stage> {
  t.timeout(5 * PATIENCE);
  const arena = await withArena(t);
  const repo = await arena.repository();
  const stub = await startStub('chat');
  t.teardown(() => stub.stop());
  await mkdir(arena.actorHome, { recursive: true });
  await copyFile(join(SHIPPED, 'qwen.kdl'), join(arena.actorHome, 'settings.kdl'));
  const settings = JSON.parse(await readFile(join(SHIPPED, 'qwen.settings.json'), 'utf8')) as object;
  // It would ask the model for things to remember, after the turn, and tell its makers of its use.
  const quiet = { memory: { enableManagedAutoMemory: false }, privacy: { usageStatisticsEnabled: false } };
  await mkdir(join(arena.home, '.qwen'));
  await writeFile(join(arena.home, '.qwen', 'settings.json'), JSON.stringify({ ...settings, ...quiet }));
  Object.assign(arena.env, {
    OPENAI_BASE_URL: `${stub.url}/v1`,
    OPENAI_API_KEY: 'made-up',
    OPENAI_MODEL: 'stub-model',
    PATH: `${binOf('qwen')}:${arena.env.PATH}`,
  });
  const stage = new Stage(t, arena, repo, 'claude', [stub]);
  t.teardown(async () => {
    if (!t.passed) t.log(await stage.describe());
    await stage.try('down');
  });
  return stage;
}

test('qwen: a prompt, a tool, a stop, a failure, a death, a resumed conversation, a discard', async t => {
  const stage = await withQwen(t);
  const yolo = ['--config', 'approval-mode=yolo'];
  const first = 'REPLY:here I am\n\nsecond line; $(touch x) #{pane_id}';
  t.is(await stage.actor('new', 'fix', '--agent', 'qwen', ...yolo, '--wait', '-p', first), 'here I am\n');
  t.is((await stage.prompts())[0], first);
  t.is((await stage.show('fix')).status_by, 'actor-event turn-end');
  t.is(await stage.actor('run', 'fix', '--wait', 'TOOL:echo hello >made.txt'), 'ran\n');
  const { dir, pid } = await stage.show('fix');
  t.is(await readFile(join(dir, 'made.txt'), 'utf8'), 'hello\n');

  await stage.actor('run', 'fix', 'SLEEP:100 REPLY:never said');
  await stage.eventually(
    () => stage.prompts(),
    prompts => prompts.some(prompt => prompt.startsWith('SLEEP:100')),
  );
  const [stopped] = JSON.parse(await stage.actor('stop', 'fix', '--json')) as { stopped: boolean }[];
  t.true(stopped?.stopped);
  t.is((await stage.show('fix')).last?.outcome, 'stopped');

  const failed = await stage.try('run', 'fix', '--wait', 'STATUS:400');
  t.is(failed.code, 5);
  t.regex((await stage.event('fix', 'failed')).message ?? '', /stub says 400/);

  await kill(pid!);
  t.is((await stage.event('fix', 'exited')).reason, 'killed by signal 9');
  t.is(await stage.actor('run', 'fix', '--wait', 'REPLY:I do'), 'I do\n');
  const asked = (await stage.asked()).at(-1);
  t.true(Number(asked?.nMessages) > 6, 'the model was given what was said before');

  t.is((await stage.try('discard', 'fix')).code, 4);
  await stage.actor('discard', 'fix', '--force');
  t.deepEqual(JSON.parse(await stage.actor('list', '--json')), []);
});
