/** What a shell completes at a Tab, and that it takes no name for code. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../helpers/root.js';
import { type Story, tell } from './story.js';
import { tellOfWindows } from './window-story.js';

/** What bash would offer for these words. */
async function offered(story: Story, ...words: string[]): Promise<string[]> {
  const script = `source <(actor completion bash)
    COMP_WORDS=(actor "$@"); COMP_CWORD=$#; _actor; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await story.run('bash', ['-c', script, 'bash', ...words], {
    cwd: story.repo,
  });
  if (code !== 0 || stderr !== '') throw new Error(`exit ${code}: ${stderr}`);
  return stdout.split('\n').filter(Boolean);
}

test.serial(
  'bash completes commands, and names of sessions, agents and roles; a purpose is no code',
  async t => {
    const story = await tell(t);
    await story.make('fix-nav', '--purpose', '$(touch ~/pwned) `touch ~/pwned`');
    await story.make('fix-menu');
    await writeFile(
      join(story.actorHome, 'settings.kdl'),
      'role "reviewer" { description "x" }\nagent "mine" { command "true"; turn-end "hook" }\n',
    );
    t.deepEqual(await offered(story, 'disc'), ['discard']);
    t.deepEqual((await offered(story, 'discard', 'fix-')).sort(), ['fix-menu', 'fix-nav']);
    t.deepEqual(await offered(story, 'discard', 'fix-menu', ''), ['fix-nav']);
    t.deepEqual(await offered(story, 'new', '--agent', ''), ['claude', 'codex', 'shell', 'mine']);
    t.deepEqual(await offered(story, 'new', '--agent', '=', 'm'), ['mine']);
    t.deepEqual(await offered(story, 'new', '--role', 'r'), ['reviewer']);
    t.false([...(await readdir(story.home)), ...(await readdir(story.repo))].includes('pwned'));
    t.regex(await story.ok('complete', 'show', 'fix-n'), /^fix-nav\tcreated: \$\(touch ~\/pwned\) /);
  },
);

test.serial('where no daemon runs none is started: the files say the names of the sessions', async t => {
  const story = await tell(t);
  t.deepEqual(await offered(story, 'show', ''), []);
  t.false((await readdir(story.root)).includes('actor'), 'nothing is made');
  await story.make('fix-nav');
  await story.ok('daemon', 'stop');
  await writeFile(join(story.actorHome, 'sessions', '$(touch pwned).kdl'), '');
  t.deepEqual(await offered(story, 'show', ''), ['fix-nav']);
  t.deepEqual(await offered(story, 'new', '--agent', 's'), ['shell']);
  t.is((await story.actor('daemon', 'status')).code, 1);
});

test.serial('a Tab in a bash that a person works in', async t => {
  const story = await tellOfWindows(t);
  await story.make('fix-nav');
  await writeFile(join(story.home, '.bashrc'), "PS1='$ '; source <(actor completion bash)\n");
  const person = await story.person([], { argv: ['bash', '-i'] });
  await person.sees(/^\$/m);
  await person.type('actor pe');
  await person.press('Tab');
  await person.sees(/actor peek/m);
  await person.type('fi');
  await person.press('Tab');
  await person.sees(/actor peek fix-nav/);
  await person.press('C-u');
  await person.type('actor roles --dir /et');
  await person.press('Tab');
  await person.sees(/actor roles --dir \/etc\/$/m);
  t.pass();
});

test.serial('the script is for the shell that was named, else for the one of SHELL', async t => {
  const story = await tell(t);
  t.regex(await story.ok('completion', 'zsh'), /^#compdef actor/);
  t.regex(await story.ok('completion', { env: { SHELL: '/usr/bin/fish' } }), /^complete -c actor/m);
  const { code, stderr } = await story.actor('completion', { env: { SHELL: '/bin/tcsh' } });
  t.is(code, 2);
  t.regex(stderr, /tcsh, which is none of bash zsh fish\nhint: actor completion bash\n/);
  const files = await readdir(join(packageRoot, 'templates'));
  t.deepEqual(
    files.filter(file => file.startsWith('completion.')),
    ['completion.bash', 'completion.fish', 'completion.zsh'],
  );
});
