import test from 'ava';
import { Io } from '../../cli/client/io.js';
import { checkedPrompt, PROMPT_LIMIT, type PromptSource, readPrompt } from '../../cli/client/prompt.js';
import { memoryStreams, type Terminal } from './client-fake-daemon.js';

function read(source: Partial<PromptSource>, at: Terminal = {}): Promise<string | null> {
  const io = new Io(memoryStreams(at), {}, true);
  return readPrompt({ positional: null, option: null, fallsBackToInput: false, ...source }, io);
}

test('a prompt comes as an argument, with -p, from - or from a pipe', async t => {
  t.is(await read({ positional: 'do it' }), 'do it');
  t.is(await read({ option: 'do it' }), 'do it');
  t.is(await read({ positional: '-' }, { stdin: 'do it\n' }), 'do it\n');
  t.is(await read({ option: '-' }, { stdin: 'do it' }), 'do it');
  t.is(await read({ fallsBackToInput: true }, { stdin: 'do it' }), 'do it');
});

test('without a prompt there is none: no pipe, an empty pipe, or a terminal', async t => {
  t.is(await read({}), null);
  t.is(await read({}, { stdin: 'not asked for' }), null);
  t.is(await read({ fallsBackToInput: true }, { stdin: '' }), null);
  t.is(await read({ fallsBackToInput: true }, { terminal: true, stdin: 'typed later' }), null);
});

test('an argument is taken although there is a pipe', async t => {
  t.is(await read({ positional: 'this', fallsBackToInput: true }, { stdin: 'not this' }), 'this');
});

const refused = test.macro({
  async exec(t, stdin: string | Uint8Array, message: RegExp) {
    await t.throwsAsync(() => read({ positional: '-' }, { stdin }), { code: 2, message });
  },
  title: (name = '') => `refused: ${name}`,
});
test('nothing', refused, '', /empty/);
test('blanks', refused, ' \n\t ', /empty/);
test('no UTF-8', refused, Uint8Array.of(0x61, 0xff), /not valid UTF-8/);
test('half a character', refused, Buffer.from('é').subarray(0, 1), /not valid UTF-8/);
test('a surrogate in UTF-8', refused, Uint8Array.of(0xed, 0xa0, 0x80), /not valid UTF-8/);
test('NUL', refused, 'a\0b', /U\+0000\) in line 1/);
test('escape', refused, 'a\n\x1b[201~', /U\+001B\) in line 2/);
test('a lone carriage return', refused, 'a\rb', /U\+000D/);
test('delete', refused, '\x7f', /U\+007F/);
test('a C1 control', refused, '\u009b1m', /U\+009B/);
test('too long to be read to its end', refused, 'é'.repeat(PROMPT_LIMIT + 1), /longer than 1048576 bytes/);
test('one byte too long', refused, 'x'.repeat(PROMPT_LIMIT + 1), /longer than 1048576 bytes/);

test('the longest prompt is taken, in bytes', t => {
  t.is(checkedPrompt('é'.repeat(PROMPT_LIMIT / 2)).length, PROMPT_LIMIT / 2);
  t.throws(() => checkedPrompt(`${'é'.repeat(PROMPT_LIMIT / 2)}.`), { message: /longer/ });
});

test('CRLF becomes LF; everything else stays as it is', t => {
  const text = '  a\r\n\tb\n\n日本語 🚀 #{x} $(y) `z` \u2028 \ufeff end \n';
  t.is(checkedPrompt(text), text.replace('\r\n', '\n'));
});
