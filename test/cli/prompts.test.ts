/** A prompt reaches the shell as it is, once, and never what a person is doing in the window. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually, holds } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** A here-document that writes these lines to a file, byte for byte. */
const writing = (file: string, text: string) => `cat > ~/${file} <<'END OF TEXT'\n${text}\nEND OF TEXT`;

async function started(story: Story): Promise<void> {
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
}

test('a half-typed draft holds the prompt, and lets it go once it is cleared', async t => {
  const story = await tell(t);
  await started(story);
  await story.type('fix', 'echo half');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.includes('echo half'),
  );
  t.is(await story.ok('run', 'fix', 'echo ran >> ~/ran'), 'queued');
  const { status, queued, held } = await story.show('fix');
  t.deepEqual([status, queued, held], ['idle', 0, 1]);
  t.deepEqual(
    (await story.queue('fix')).map(prompt => prompt.held),
    [true],
  );
  await holds(
    () => story.file('ran'),
    ran => ran === '',
    1500,
  );
  t.regex(await story.ok('peek', 'fix'), /echo half$/m, 'the draft is as it was');
  await story.press('fix', 'C-u');
  await eventually(
    () => story.file('ran'),
    ran => ran === 'ran\n',
  );
  await story.ok('wait', 'fix');
  t.is(await story.file('ran'), 'ran\n');
});

test('a draft that the person enters runs first, and the prompt after it', async t => {
  const story = await tell(t);
  await started(story);
  await story.type('fix', 'echo person >> ~/ran');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.includes('echo person'),
  );
  await story.ok('run', 'fix', 'echo prompt >> ~/ran');
  await story.press('fix', 'Enter');
  await eventually(
    () => story.file('ran'),
    ran => ran === 'person\nprompt\n',
  );
});

test('a line that a person continues is a draft', async t => {
  const story = await tell(t);
  await writeFile(join(story.home, '.bashrc'), `PS1='> '\n`);
  await started(story);
  await story.type('fix', 'echo "one');
  await story.press('fix', 'Enter');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => /echo "one\n> /.test(screen),
  );
  await story.ok('run', 'fix', 'echo ran >> ~/ran');
  await holds(
    () => story.file('ran'),
    ran => ran === '',
    1000,
  );
  t.notRegex(await story.ok('peek', 'fix'), /ran/);
  await story.press('fix', 'C-c');
  await eventually(
    () => story.file('ran'),
    ran => ran === 'ran\n',
  );
});

for (const program of ['cat', 'read line', 'bash --norc', 'python3 -q'])
  test(`a prompt never goes into what a person runs in the window: ${program}`, async t => {
    const story = await tell(t);
    await started(story);
    await story.type('fix', program);
    await story.press('fix', 'Enter');
    await story.until('fix', ({ status }) => status === 'working');
    t.is(await story.ok('run', 'fix', 'echo ran >> ~/ran'), 'queued (1 ahead)');
    await holds(
      () => story.file('ran'),
      ran => ran === '',
      700,
    );
    t.notRegex(await story.ok('peek', 'fix'), /echo ran/);
    await story.press('fix', 'C-d');
    await eventually(
      () => story.file('ran'),
      ran => ran === 'ran\n',
    );
  });

test('odd characters arrive byte for byte', async t => {
  const story = await tell(t);
  const odd = [
    'tab\there, two  blanks, trailing blanks  ',
    '$(touch ~/ran) `touch ~/ran` ${HOME} !! !$ ^a^b',
    '#{pane_id} #(touch ~/ran) #[fg=red] %% %s \\n \\\\ ; | & < >',
    `'single' "double" ;`,
    'Grüße, 日本語, 👩‍👩‍👧, e\u0301, \u202e\u2028\ufeff\ufffd',
    '/slash !bang @at -dash',
    '',
    '[200~ and [201~ without their ESC',
    '~/x {a,b} * ?',
  ].join('\n');
  await started(story);
  await story.ok('run', 'fix', writing('odd', odd), '--wait');
  t.is(await story.file('odd'), `${odd}\n`);
  t.is(await story.file('ran'), '');
  await story.ok('run', 'fix', '-p', '-', '--wait', { input: writing('crlf', 'a\r\nb') });
  t.is(await story.file('crlf'), 'a\nb\n');
});

test('300 KB arrive byte for byte', async t => {
  const story = await tell(t);
  const lines = Array.from({ length: 5000 }, (_, index) => `${index} ${'x'.repeat(54)}`);
  const text = lines.join('\n');
  await started(story);
  await story.ok('run', 'fix', '-', '--wait', { input: writing('large', text) });
  t.true(text.length > 300_000);
  t.is(await story.file('large'), `${text}\n`);
});

for (const prompt of [`echo 'never ends`, 'if true; then', 'cat <<EOF', 'echo and \\', ')', '$(echo'])
  test(`a command line that cannot be run is refused: ${prompt}`, async t => {
    const story = await tell(t);
    await started(story);
    const { code, stderr } = await story.actor('run', 'fix', prompt);
    t.is(code, 2, stderr);
    t.regex(stderr, /^actor: bash cannot run this prompt: /);
    t.deepEqual(await story.queue('fix'), []);
    const made = await story.actor('new', 'other', '--agent', 'shell', '-p', prompt);
    t.is(made.code, 2);
    t.is((await story.list()).length, 1);
  });

test('several lines are one turn, with the output of all', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo one\necho two\n\n# a comment\nfor i in 3 4; do\n\techo $i\ndone');
  const { outcome, message } = (await story.until('fix', ({ last }) => last !== null)).last!;
  t.deepEqual([outcome, message], ['completed', 'one\ntwo\n3\n4']);
  t.is((await story.show('fix')).last?.turn, 1);
});

test('a person’s own bash settings disturb neither prompts nor completions', async t => {
  const story = await tell(t);
  const settings = [
    `alias cat='cat -n' rm='rm -i' mv='mv -i' printf='printf X'`,
    'set -u; set -o noclobber; set -o vi; shopt -s failglob',
    `bind 'set enable-bracketed-paste off'`,
    `PS1='\\[\\e[1;32m\\]\\u@\\h\\[\\e[0m\\]:\\w\\n\\$ '`,
    `PROMPT_COMMAND='true'; trap 'last=$BASH_COMMAND' DEBUG`,
  ];
  await writeFile(join(story.home, '.bashrc'), `${settings.join('\n')}\n`);
  await story.ok('--detach', 'shell');
  await started(story);
  t.is(await story.ok('run', 'fix', 'echo one\necho two', '--wait'), 'one\ntwo');
  const { code } = await story.actor('run', 'fix', '(exit 4)', '--wait');
  t.is(code, 5);
  t.deepEqual(
    (await story.told()).map(line =>
      line
        .replace(/\([^)]*\)/, '(N)')
        .split(' ')
        .slice(0, 3)
        .join(' '),
    ),
    ['[actor] fix completed', '[actor] fix completed', '[actor] fix failed'],
  );
  t.notRegex(await story.ok('peek', 'main'), /no match|unbound/);
});

test('a prompt command that is set anew does not keep turns from ending', async t => {
  const story = await tell(t);
  await started(story);
  t.is(await story.ok('run', 'fix', `PROMPT_COMMAND=true; PS1='new> '; PS0=''; echo a`, '--wait'), 'a');
  t.is((await story.actor('run', 'fix', '(exit 7)', '--wait')).stdout, 'exit status 7\n');
  t.is(await story.ok('run', 'fix', 'echo b', '--wait'), 'b');
});

test('the file of a prompt’s environment is private, and gone once the agent runs', async t => {
  const story = await tell(t);
  await story.ok('new', 'fix', '--agent', 'shell', '-p', 'echo "$SECRET"', '--wait', {
    env: { SECRET: 's3cret word' },
  });
  t.is((await story.show('fix')).message, 's3cret word');
  const { stdout } = await story.run('grep', ['-rlF', 's3cret', story.actorHome]);
  const kept = stdout.split('\n').filter(file => file !== '' && !/\/(journal|run\/\w+\/output)/.test(file));
  t.deepEqual(kept, []);
  await readFile(join(story.actorHome, 'sessions', 'fix.kdl'), 'utf8');
});
