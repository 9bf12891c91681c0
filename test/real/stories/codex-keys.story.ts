/** The keys of codex in a window of actor do what they do in a terminal without actor. */
import test from 'ava';
import {
  ALT_LEFT,
  ALT_RIGHT,
  NAME,
  SHIFT_ENTER,
  SHIFT_TAB,
  WHEEL_DOWN,
  WHEEL_UP,
  withTwins,
} from '../twins.js';

const EMPTY = /^› Ask Codex to do anything$/m;

test('codex: every key behaves as without actor', async t => {
  const twins = await withTwins(t, 'codex');
  const { stage, key, send, show, tap, enter, pause } = twins;

  // What a terminal only sends when asked for, it is asked for.
  const modes = await twins.modes();
  t.log(modes);
  for (const mode of ['?1006h', '?2004h']) t.true(modes.bare.includes(mode) && modes.through.includes(mode));
  t.true(modes.bare.includes('>7u'));
  t.true(modes.through.some(mode => /^>4;[12]m$/.test(mode)));

  // A new line.
  await key('one', /^› one$/m);
  await send(SHIFT_ENTER.kitty);
  await key('two', /^› one\n {2}two$/m);
  await send(SHIFT_ENTER.configured);
  await key('three', /^ {2}two\n {2}three$/m);
  await send('\n');
  await key('four', /^ {2}three\n {2}four$/m);
  // The known difference: a bare codex asks for the first form only, and does not know xterm's; tmux makes them one.
  await Promise.all([twins.bare.send(SHIFT_ENTER.kitty), twins.through.send(SHIFT_ENTER.xterm)]);
  await key('five words in line', /^ {2}four\n {2}five words in line$/m);

  // By words.
  await send(ALT_LEFT);
  await key('X', /in Xline$/m);
  await send('\x1bb');
  await key('Y', /in YXline$/m);
  await send(ALT_RIGHT);
  await key('Z', /in YXlineZ$/m);
  await send('\x1bb\x1bf');
  await key('W', /in YXlineZW$/m);

  // A draft of several lines is a draft: what actor has for this session waits.
  await stage.actor('run', NAME, 'REPLY:not now');
  await twins.keepShowing(/^› one\n {2}two\n {2}three\n {2}four\n {2}five words in YXlineZW$/m);
  await stage.actor('queue', NAME, '--clear');

  // Esc alone, then a key: neither held back nor one key together. With a draft, it does nothing.
  await tap('\x1b');
  await key('x', /in YXlineZWx$/m);
  await tap('\x1b\x1b');
  await key('y', /in YXlineZWxy$/m);
  await key('\x03', EMPTY);

  // Esc in a turn.
  await enter('SLEEP:60 REPLY:never');
  await show(/SPINNER/);
  await key('\x1b', /Conversation interrupted[\s\S]*› Ask Codex/);

  await enter('REPLY:first answer');
  await show(/^• first answer\n[\s\S]*DONE[\s\S]*› Ask Codex/m);
  await enter('REPLY:second answer');
  await show(/^• second answer\n[\s\S]*DONE[\s\S]*› Ask Codex/m);

  // Esc Esc: back through what was said.
  await key('\x1b', /esc again to edit previous message/);
  await key('\x1b', /Browsing transcript/);
  await key('\x1b', /› Ask Codex[\s\S]*stub-model(?![\s\S]*esc)/);

  // Older prompts.
  await key('\x1b[A', /^› REPLY:second answer$(?![\s\S]*•)/m);
  await key('\x1bOA', /^› REPLY:first answer$(?![\s\S]*•)/m);
  await key('\x1b[B', /^› REPLY:second answer$(?![\s\S]*•)/m);
  await key('\x1b[B', EMPTY);
  await key('\x12', /reverse-i-search:/);
  await key('first', /^› REPLY:first answer$(?![\s\S]*•)[\s\S]*reverse-i-search: first/m);
  await pause();
  await key('\r', /^› REPLY:first answer$(?![\s\S]*(•|reverse))/m);
  await key('\x15', EMPTY);
  await key('\x12', /reverse-i-search:/);
  await key('\x1b', /› Ask Codex(?![\s\S]*reverse)/);

  // Copies the last answer.
  await key('\x0f', /^• (Copied|Copy )/m);

  await key(SHIFT_TAB, /Plan mode/);
  await key(SHIFT_TAB, /for Default mode/);

  // Ctrl-V with nothing to paste, and the editor.
  await key('abc', /^› abc$/m);
  await send('\x16');
  await key('d', /^› abcd$/m);
  await key('\x07', /^› abcd edited$/m);
  await key('\x15', EMPTY);

  // A paste.
  const paste = `REPLY:taken\n${'a line of a paste, with a few words\n'.repeat(280)}its end`;
  await key(`\x1b[200~${paste}\x1b[201~`, new RegExp(`^› \\[Pasted Content ${paste.length} chars\\]$`, 'm'));
  await pause();
  await key('\r', /^• taken\n[\s\S]*DONE[\s\S]*› Ask Codex/m);
  const asked = await twins.asked();
  t.is(asked.length, 4);
  t.is(asked[3]!.length, paste.length);

  // The wheel is codex' own, and typing goes on.
  await key(WHEEL_UP.repeat(3), /Back to bottom/);
  await key('typed', /^› typed$/m);
  await key(WHEEL_DOWN.repeat(3), /^• taken[\s\S]*^› typed$(?![\s\S]*Back to)/m);

  // Ctrl-C takes the draft, and the next one ends codex and leads to main.
  await key('\x03', EMPTY);
  await send('\x03');
  await stage.eventually(twins.bare.exitStatus, status => status === 0);
  await stage.reaches(NAME, 'ended');
  await stage.eventually(
    () => stage.tmux('list-clients', '-F', '#{@actor_name}'),
    shown => shown === 'main\n',
  );
});
