/** The keys of claude in a window of actor do what they do in a terminal without actor. */
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

test('claude: every key behaves as without actor', async t => {
  const twins = await withTwins(t, 'claude');
  const { stage, key, send, show, tap, enter, pause } = twins;

  // What a terminal only sends when asked for, it is asked for.
  const modes = await twins.modes();
  t.log(modes);
  for (const mode of ['?1006h', '?2004h']) t.true(modes.bare.includes(mode) && modes.through.includes(mode));
  t.true(modes.through.some(mode => /^>4;[12]m$/.test(mode)));

  // A new line.
  await key('one', /^❯ one$/m);
  await send(SHIFT_ENTER.kitty);
  await key('two', /^❯ one\n {2}two$/m);
  await send(SHIFT_ENTER.xterm);
  await key('three', /^ {2}two\n {2}three$/m);
  await send(SHIFT_ENTER.configured);
  await key('four', /^ {2}three\n {2}four$/m);
  await send('\n');
  await key('five\\', /^ {2}four\n {2}five\\$/m);
  await pause();
  await send('\r');
  await key('six words in line', /^ {2}five\n {2}six words in line$/m);

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
  const draft = /^❯ one\n {2}two\n {2}three\n {2}four\n {2}five\n {2}six words in YXlineZW$/m;
  await twins.keepShowing(draft);
  await stage.actor('queue', NAME, '--clear');
  await show(draft);

  // Esc alone, then a key: neither held back nor one key together. Twice: the draft is gone.
  await tap('\x1b');
  await pause();
  await key('x', /in YXlineZWx$/m);
  await key('\x1b\x1b', /^❯$/m);

  // Esc in a turn, before there was any output: claude gives the prompt back.
  await enter('SLEEP:60 REPLY:never');
  await show(/esc to interrupt/);
  await key('\x1b', /─\n❯ SLEEP:60 REPLY:never\n─(?![\s\S]*esc to interrupt)/);
  await key('\x15', /^❯$/m);

  await enter('REPLY:first answer');
  await show(/^● first answer\nDONE[\s\S]*^❯$/m);
  await enter('REPLY:second answer');
  await show(/^● second answer\nDONE[\s\S]*^❯$/m);

  await key('\x1b\x1b', /^ {2}Rewind$/m);
  await key('\x1b', /^❯$/m);

  // Older prompts.
  await key('\x1b[A', /^❯ REPLY:second answer$(?![\s\S]*●)/m);
  await key('\x1bOA', /^❯ REPLY:first answer$(?![\s\S]*●)/m);
  await key('\x1b[B', /^❯ REPLY:second answer$(?![\s\S]*●)/m);
  await key('\x1b[B', /^❯$/m);
  await key('\x12', /Search prompts/);
  await key('first', /^ *❯ AGO REPLY:first answer[\s\S]*⌕ first/m);
  await pause();
  await key('\r', /^❯ REPLY:first answer$(?![\s\S]*●)/m);
  await key('\x15', /^❯$/m);
  await key('\x12', /Search prompts/);
  await key('\x1b', /^❯$/m);

  await key('\x0f', /detailed transcript/);
  await key('\x0f', /^❯$/m);

  await key(SHIFT_TAB, /auto mode on/);
  await key(SHIFT_TAB, /^❯\n.*\n(?!.*auto mode on)/m);
  await key(SHIFT_TAB, /accept edits on/);
  // After 800 ms in this mode claude says what it is worth in this session: waited for, or only one of the two would.
  await key(SHIFT_TAB, /so plan mode won't ask[\s\S]*plan mode on/);
  await key(SHIFT_TAB, /bypass permissions on/);

  // Ctrl-V with nothing to paste, and the editor.
  await key('abc', /^❯ abc$/m);
  await send('\x16');
  await key('d', /^❯ abcd$/m);
  await key('\x07', /^❯ abcd edited$/m);
  await key('\x15', /^❯$/m);

  // A paste.
  const paste = `REPLY:taken\n${'a line of a paste, with a few words\n'.repeat(280)}its end`;
  await key(`\x1b[200~${paste}\x1b[201~`, /^❯ \[Pasted text #1 \+281 lines\]$/m);
  await pause();
  await key('\r', /^● taken\nDONE[\s\S]*^❯$/m);
  const asked = await twins.asked();
  t.is(asked.length, 4);
  t.true(asked[3]!.length > 10_000, `${asked[3]!.length}`);

  // The wheel is claude's own, and typing goes on.
  await key(WHEEL_UP.repeat(3), /Jump to bottom/);
  await key('typed', /^❯ typed$/m);
  await key(WHEEL_DOWN.repeat(3), /^● taken[\s\S]*^❯ typed$/m);
  await key('\x15', /^❯$/m);

  // Twice Ctrl-C ends it, and leads to main. Together: a second one that comes a second later is a first one again.
  await send('\x03\x03');
  await stage.eventually(twins.bare.exitStatus, status => status === 0);
  await stage.reaches(NAME, 'ended');
  await stage.eventually(
    () => stage.tmux('list-clients', '-F', '#{@actor_name}'),
    shown => shown === 'main\n',
  );
});
