/** Agents, and the tmux server under all of them, are killed; conversations go on. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { kill, type Stage, UNASKED, withStage } from '../stage.js';

test.serial(
  'the tmux server is killed: run resumes every session, main begins anew and is told what happened',
  async t => {
    const stage = await withStage(t);
    await stage.startMain();
    await stage.start('rests', 'REPLY:one');
    await stage.event('rests', 'completed');
    await stage.start('works', 'SLEEP:100 REPLY:never said');
    await stage.eventually(
      () => stage.given('works'),
      given => given.length > 0,
    );
    const conversations = [await stage.show('rests'), await stage.show('works')].map(
      each => each.conversation,
    );
    await kill(Number((await stage.tmux('display-message', '-p', '#{pid}')).trim()));
    const exits = [await stage.event('rests', 'exited'), await stage.event('works', 'exited')];
    t.deepEqual(
      exits.map(({ outcome }) => outcome),
      [null, 'lost'],
    );
    t.is(await stage.actor('run', 'rests', 'REPLY:two', '--wait'), 'two\n');
    t.is(await stage.actor('run', 'works', 'REPLY:three', '--wait'), 'three\n');
    t.deepEqual(
      [await stage.show('rests'), await stage.show('works')].map(each => each.conversation),
      conversations,
    );
    await stage.startMain();
    const ids = exits.map(({ id }) => id);
    await stage.eventually(
      () => stage.told('main'),
      told => ids.every(id => told.some(each => each.id === id)),
    );
    const told = (await stage.told('main')).map(({ id }) => id);
    t.is(new Set(told).size, told.length, 'each once');
  },
);

for (const agent of ['claude', 'codex'] as const)
  test.serial(
    `the tmux server of ${agent} is killed as soon as that has its first prompt, and the next one is answered`,
    async t => {
      const stage = await withStage(t, { agents: [agent] });
      await stage.start('works', 'SLEEP:100 REPLY:never said');
      await stage.reaches('works', 'working');
      await kill(Number((await stage.tmux('display-message', '-p', '#{pid}')).trim()));
      t.is((await stage.event('works', 'exited')).outcome, 'lost');
      t.is(await stage.actor('run', 'works', 'REPLY:two', '--wait'), 'two\n');
      t.is(await stage.actor('run', 'works', 'REPLY:three', '--wait'), 'three\n');
    },
  );

for (const agent of ['claude', 'codex'] as const)
  test.serial(
    `${agent} is killed as soon as it has its first prompt, and the next one is answered`,
    async t => {
      const stage = await withStage(t, { agents: [agent] });
      await stage.actor(
        'new',
        'works',
        '--agent',
        agent,
        ...UNASKED[agent],
        '-p',
        'SLEEP:100 REPLY:never said',
      );
      const { pid } = await stage.reaches('works', 'working');
      await kill(pid!);
      t.is((await stage.event('works', 'exited')).outcome, 'lost');
      t.is(await stage.actor('run', 'works', 'REPLY:two', '--wait'), 'two\n');
      t.is(await stage.actor('run', 'works', 'REPLY:three', '--wait'), 'three\n');
    },
  );

for (const agent of ['claude', 'codex'] as const)
  test.serial(`a conversation of ${agent} that was deleted is begun anew, which is said`, async t => {
    const stage = await withStage(t, { agents: [agent] });
    await stage.start('works', 'REPLY:one', { agent });
    await stage.event('works', 'completed');
    const { conversation } = await stage.show('works');
    await stage.actor('down');
    for (const folder of ['.claude/projects', '.codex/sessions'])
      for (const file of await readdir(join(stage.arena.home, folder), { recursive: true }).catch(() => []))
        if (file.endsWith(`${conversation}.jsonl`)) await rm(join(stage.arena.home, folder, file));
    t.is(await stage.actor('run', 'works', 'REPLY:two', '--wait'), 'two\n');
    t.is(await stage.actor('run', 'works', 'REPLY:three', '--wait'), 'three\n');
    t.not((await stage.show('works')).conversation, conversation);
    t.regex(String((await stage.event('works', 'started', 2)).message), /a new one/);
  });

/** Gives claude a hook of the person's own for each prompt, and tells `boss`, who coordinates, of an event once that says so. */
async function tellBesideHook(stage: Stage, script: string): Promise<void> {
  const command = `[ ! -e "$HOME/on" ] || { ${script}; }`;
  await writeFile(
    join(stage.arena.home, '.claude', 'settings.json'),
    JSON.stringify({
      skipDangerousModePermissionPrompt: true,
      hooks: { UserPromptSubmit: [{ hooks: [{ type: 'command', command }] }] },
    }),
  );
  await mkdir(stage.arena.actorHome, { recursive: true, mode: 0o700 });
  await writeFile(join(stage.arena.actorHome, 'settings.kdl'), 'role "lead" { coordinator #true }\n');
  await stage.start('boss', 'REPLY:here', { config: [...UNASKED.claude, '--role', 'lead'] });
  await stage.event('boss', 'completed');
  await stage.actor('new', 'works', '--agent', 'shell', { env: { ACTOR_NAME: 'boss' } });
  await writeFile(join(stage.arena.home, 'on'), '');
  await stage.actor('run', 'works', 'echo done', '--wait');
}

test.serial(
  'claude is killed while a hook of its person holds up the prompt that tells an event: it is told again',
  async t => {
    const stage = await withStage(t);
    await tellBesideHook(stage, 'while [ -e "$HOME/on" ]; do sleep 0.1; done');
    const { pid } = await stage.reaches('boss', 'working');
    await stage.event('boss', 'turn-started', 2);
    await kill(pid!);
    await stage.event('boss', 'exited');
    await rm(join(stage.arena.home, 'on'));
    await stage.actor('run', 'boss', 'REPLY:resumed', '--wait');
    await stage.isTold('boss', [await stage.event('works', 'completed')]);
  },
);

test.serial(
  'a hook of its person keeps the prompt that tells an event from claude: it is told again',
  async t => {
    const stage = await withStage(t);
    await tellBesideHook(stage, 'rm "$HOME/on"; echo not now >&2; exit 2');
    await stage.isTold('boss', [await stage.event('works', 'completed')]);
  },
);

test.serial('a claude that writes no transcript is told once all the same', async t => {
  const stage = await withStage(t, { env: { CLAUDE_CODE_SKIP_PROMPT_HISTORY: '1' } });
  await stage.startMain();
  await stage.actor('new', 'works', '--agent', 'shell', { env: { ACTOR_NAME: 'main' } });
  await stage.actor('run', 'works', 'echo done', '--wait');
  await stage.event('main', 'completed');
  await stage.eventually(
    () => stage.show('main'),
    ({ waiting_events }) => waiting_events === 0,
  );
  t.is((await stage.prompts()).filter(text => text.includes('<actor-event ')).length, 1);
});
