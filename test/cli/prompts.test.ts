import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { eventually, holds } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** A command line that writes just this text, behind and before a word, to a file in HOME. */
function writing(text: string, file: string): string {
  return `cat > ~/${file} <<'END OF IT'\n${text}\nEND OF IT`;
}

test.serial('a prompt arrives byte for byte, whatever characters it has', async t => {
  t.timeout(120_000);
  const story = await tell(t);
  await story.make('fix');
  const odd = fc.constantFrom(
    ...[
      '#{pane_id}',
      '#(touch x)',
      '$(touch x)',
      '`touch x`',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
      '${HOME}',
      ';',
      '\\;',
      '\\',
      '-',
      '--',
      '!!',
      '^a^b',
    ],
    ...[
      "'",
      '"',
      '\t',
      '\n',
      '\n\n',
      '~',
      '*',
      '%1',
      '\\n',
      'é',
      '日本語',
      '👩‍👩‍👧',
      '\u200b',
      '\u202e',
      '\ufeff',
      '\u2028',
      '❯',
      ' ',
    ],
  );
  const text = fc
    .array(fc.oneof(odd, fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 12 })
    .map(parts =>
      // Control characters are refused, which is another belief.
      parts.join('').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, ''),
    );
  let number = 0;
  await fc.assert(
    fc.asyncProperty(text, async content => {
      const file = `odd-${number++}`;
      await story.ok('run', 'fix', '-', '--wait', { input: writing(content, file) });
      t.is(await story.file(file), `${content}\n`);
    }),
    {
      numRuns: 25,
      examples: [['ends in ;'], ['a;\n;'], ['\t\tindented\tmore\t'], ['#{pane_id} #S $(id) `id`'], ['']],
    },
  );
});

test.serial(
  'a prompt with a leading dash, a trailing semicolon or a hash is no option, separator or format',
  async t => {
    const story = await tell(t);
    await story.make('fix');
    t.is(await story.ok('run', 'fix', '-p', 'echo "#{pane_id}" -x;', '--wait'), '#{pane_id} -x');
    t.is(await story.ok('run', 'fix', '--wait', '--', '-x() { echo dash; }; -x'), 'dash');
  },
);

test.serial('a prompt of almost one megabyte arrives whole', async t => {
  const story = await tell(t);
  await story.make('fix');
  const content = Array.from({ length: 1000 }, (_, index) => `${index} ${'x'.repeat(980)}`).join('\n');
  await story.ok('run', 'fix', '-', '--wait', { input: writing(content, 'big') });
  t.is(await story.file('big'), `${content}\n`);
});

test.serial('CRLF becomes LF', async t => {
  const story = await tell(t);
  await story.make('fix');
  await story.ok('run', 'fix', '-', '--wait', { input: writing('a\nb', 'lines').replaceAll('\n', '\r\n') });
  t.is(await story.file('lines'), 'a\nb\n');
});

test.serial('control characters and bytes that are no UTF-8 are refused, and nothing is queued', async t => {
  const story = await tell(t);
  await story.make('fix');
  for (const input of [
    'echo \u001b[201~; touch ~/ran',
    'echo \u0000',
    'echo \r',
    'echo \u009b1m',
    Buffer.from([0x65, 0xff]),
  ]) {
    const { code, stderr } = await story.actor('run', 'fix', '-', { input });
    t.is(code, 2, JSON.stringify(input));
    t.regex(stderr, /^actor: the prompt (has a control character|is not valid UTF-8)/);
  }
  t.is((await story.actor('run', 'fix', '-', { input: 'x'.repeat(1024 * 1024 + 1) })).code, 2);
  t.deepEqual([(await story.show('fix')).status, await story.queue('fix')], ['created', []]);
});

test.serial(
  'a command line that bash would not understand is refused with bash’s word, and nothing is queued',
  async t => {
    const story = await tell(t);
    await story.make('fix');
    for (const prompt of ['echo "open', 'if true', 'echo one \\', 'cat <<X\nno end', 'echo )']) {
      const { code, stderr } = await story.actor('run', 'fix', prompt);
      t.is(code, 2, prompt);
      t.regex(stderr, /^actor: bash cannot run this prompt: .+/);
    }
    t.deepEqual(await story.queue('fix'), []);
  },
);

test.serial('several lines are one prompt and one turn', async t => {
  const story = await tell(t);
  await story.make('fix');
  t.is(
    await story.ok(
      'run',
      'fix',
      'echo one\nsleep 0.2\necho two\n\nfor i in 3; do\n\techo $i\ndone',
      '--wait',
    ),
    'one\ntwo\n3',
  );
  t.is((await story.show('fix')).last?.turn, 1);
});

test.serial('a command that reads the terminal gets no prompt of ours as its input', async t => {
  const story = await tell(t);
  await story.make('fix', 'read -r line; echo "got <$line>"');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo second');
  await holds(
    () => story.show('fix'),
    ({ queued }) => queued === 1,
    500,
  );
  await story.type('fix', 'by hand');
  await story.press('fix', 'Enter');
  await story.ok('wait', 'fix');
  const messages = (await story.events('--type', 'completed')).map(({ message }) =>
    message?.split('\n').at(-1),
  );
  t.deepEqual(messages, ['got <by hand>', 'second']);
});

/** A session that is idle with a person's half-typed words in its window. */
async function withDraft(story: Story, draft: string): Promise<void> {
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.type('fix', draft);
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.includes(draft),
  );
}

test.serial('a prompt waits while a person has begun to type, and is sent once that is cleared', async t => {
  const story = await tell(t);
  await withDraft(story, 'touch ~/half');
  t.is(await story.ok('run', 'fix', 'echo x >> ~/ran'), 'queued');
  const { held, queued } = await story.until('fix', session => session.held > 0);
  t.deepEqual([held, queued], [1, 0]);
  t.true((await story.queue('fix'))[0]!.held);
  await holds(
    () => story.file('ran'),
    ran => ran === '',
    700,
  );
  t.regex(await story.ok('peek', 'fix'), /[$#] touch ~\/half$/);
  await story.press('fix', 'C-u');
  await eventually(
    () => story.file('ran'),
    ran => ran === 'x\n',
  );
  t.deepEqual(await story.queue('fix'), []);
});

test.serial('a person who finishes a draft gets its turn first, and then the prompt runs', async t => {
  const story = await tell(t);
  await withDraft(story, 'echo person >> ~/ran');
  await story.ok('run', 'fix', 'echo prompt >> ~/ran');
  await story.press('fix', 'Enter');
  await story.until('fix', ({ last }) => last?.turn === 3);
  t.is(await story.file('ran'), 'person\nprompt\n');
  t.is((await story.events('--type', 'completed', '--session', 'fix')).length, 3);
});

test.serial('a prompt is never pasted into a program that a person runs in the window', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.type('fix', 'cat > ~/typed');
  await story.press('fix', 'Enter');
  await story.until('fix', ({ status }) => status === 'working');
  t.is(await story.ok('run', 'fix', 'echo x >> ~/ran'), 'queued (1 ahead)');
  await holds(
    () => story.file('typed'),
    typed => typed === '',
    700,
  );
  await story.press('fix', 'C-d');
  await eventually(
    () => story.file('ran'),
    ran => ran === 'x\n',
  );
  t.is(await story.file('typed'), '');
});

test.serial('a shell whose rc file sets an own prompt and prompt command works as well', async t => {
  const story = await tell(t);
  await writeFile(
    join(story.home, '.bashrc'),
    `PROMPT_COMMAND='PS1="\\[\\e[1;32m\\]my prompt $? \\w\\[\\e[0m\\]\\nλ "'\nset -o vi\nalias ls='ls --color'\n`,
  );
  await story.make('fix');
  t.is(await story.ok('run', 'fix', 'false; echo one', '--wait'), 'one');
  t.is(await story.ok('run', 'fix', 'echo two', '--wait'), 'two');
  await story.type('fix', 'draft');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.endsWith('λ draft'),
  );
  t.is(await story.ok('run', 'fix', 'echo three'), 'queued');
});

test.serial('a prompt is kept whole in logs, and shown safely', async t => {
  const story = await tell(t);
  await story.make('fix', "printf '\\e]0;title\\a\\e[31mred\\e[0m\\n'");
  await story.ok('wait', 'fix');
  t.is((await story.show('fix')).message, 'red');
  const logs = await story.ok('logs', 'fix');
  t.false(logs.includes('\u001b'));
  t.true(logs.includes("printf '\\e]0;title"));
  t.is(await readFile(join(story.repo, 'app.txt'), 'utf8'), 'one\ntwo\nthree\n');
});
