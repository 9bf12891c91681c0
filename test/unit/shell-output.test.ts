import test from 'ava';
import { plainText } from '../../cli/agents/plain-text.js';
import { ShellOutputReader } from '../../cli/agents/shell/output.js';
import type { Observation } from '../../cli/domain/observation.js';

const AID = 'abc';
const C = `\x1b]133;C;aid=${AID}\x07`;
const D = (status: number) => `\x1b]133;D;${status};aid=${AID}\x07\x1b]133;A;aid=${AID}\x07`;
const PROMPT = `\x1b[?2004h\x1b[1m~/x\x1b[0m$ \x1b]133;B;aid=${AID}\x07`;

function read(stream: string, cuts: number[] = []): Observation[] {
  const bytes = Buffer.from(stream, 'utf8');
  const reader = new ShellOutputReader(AID, 'output', 0);
  const seen: Observation[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    seen.push(...reader.push(bytes.subarray(from, cut), 0));
    from = cut;
  }
  return seen;
}

const brief = (observations: Observation[]) =>
  observations.map(each =>
    each.type === 'turn-ended'
      ? [each.type, each.outcome, each.message]
      : each.type === 'ready'
        ? [each.type, each.composer]
        : [each.type],
  );

test('a command: begun, output, ended, prompt', t => {
  t.deepEqual(brief(read(`${D(0)}${PROMPT}echo hi\r\n${C}hi\r\n${D(0)}${PROMPT}`)), [
    ['ready', '~/x$ '],
    ['turn-began'],
    ['turn-ended', 'completed', 'hi'],
    ['ready', '~/x$ '],
  ]);
});

test('the same bytes cut at any place tell the same, at the same positions', t => {
  const stream = `${D(0)}${PROMPT}echo é\r\n${C}é → \x1b[31mred\x1b[0m\r\n${D(3)}${PROMPT}`;
  const whole = read(stream);
  const length = Buffer.byteLength(stream);
  for (let cut = 0; cut <= length; cut++) t.deepEqual(read(stream, [cut]), whole, `cut at ${cut}`);
  t.deepEqual(
    read(
      stream,
      Array.from({ length }, (_, index) => index),
    ),
    whole,
  );
});

test('the lines of one prompt are one turn', t => {
  t.deepEqual(brief(read(`${PROMPT}a\r\n${C}1\r\n${C}2\r\n${D(0)}`)), [
    ['ready', ''],
    ['turn-began'],
    ['turn-ended', 'completed', '1\n2'],
  ]);
});

test('marks of another shell, or in the output of a command, are output', t => {
  const foreign = '\x1b]133;D;0\x07\x1b]133;D;0;aid=other\x07';
  t.deepEqual(brief(read(`${C}a${foreign}b\r\n${D(0)}`)), [
    ['turn-began'],
    ['turn-ended', 'completed', 'ab'],
  ]);
});

test('a status that is not 0 fails, SIGINT stops', t => {
  t.deepEqual(brief(read(`${C}x\r\n${D(7)}`)).at(-1), ['turn-ended', 'failed', 'x\nexit status 7']);
  t.like(read(`${C}${D(130)}`).at(-1), { type: 'turn-ended', outcome: 'stopped' });
});

test('Enter on an empty line is no turn; a comment is one, without a beginning', t => {
  t.deepEqual(brief(read(`${PROMPT}\r\n${D(0)}`)), [['ready', '']]);
  t.like(read(`${PROMPT}# note\r\n${D(0)}`).at(-1), {
    type: 'turn-ended',
    outcome: 'completed',
    unbegun: true,
  });
});

test('the message is the last 4 KiB, in whole characters', t => {
  const [, ended] = read(`${C}${'é'.repeat(100_000)}\r\n${D(0)}`);
  t.true(ended?.type === 'turn-ended');
  const message = ended?.type === 'turn-ended' ? ended.message! : '';
  t.true(Buffer.byteLength(message) <= 4096);
  t.regex(message, /^é+$/u);
});

test('what was printed for main is acknowledged by its own token', t => {
  t.like(read(`[actor] a completed\r\n\x1b]7717;${AID};seen;tok1\x07`)[0], {
    type: 'delivery-seen',
    token: 'tok1',
  });
  t.deepEqual(read('\x1b]7717;other;seen;tok1\x07'), []);
});

test('an unfinished mark is waited for, an endless one is output', t => {
  t.deepEqual(read(`${C}\x1b]133;D;0;aid=`).length, 1);
  t.deepEqual(brief(read(`${C}\x1b]${'x'.repeat(1000)}\r\nend\r\n${D(0)}`)).at(-1)?.[1], 'completed');
});

test('plain text: no escapes, no controls, an overwritten line shows its end', t => {
  t.is(plainText('\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b]8;;u\x1b\\y\x07\r\n'), 'red xy\n');
  t.is(plainText('10%\r20%\r30%\r\ndone'), '30%\ndone');
});

test('a command line that is continued on another line shows no empty composer', t => {
  const continued = `> \x1b]133;P;k=s;aid=${AID}\x07`;
  t.deepEqual(brief(read(`${D(0)}${PROMPT}echo "a\r\n${continued}`)), [
    ['ready', '~/x$ '],
    ['ready', '\0'],
  ]);
  // Not what a command prints, nor the lines of a prompt that run one by one.
  t.deepEqual(brief(read(`${D(0)}${PROMPT}cmd\r\n${C}${continued}`)).slice(1), [['turn-began']]);
});
