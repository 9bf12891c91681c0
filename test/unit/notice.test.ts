/** Desktop notifications: what they say, by which way they go, and that other people's words do nothing in them. */
import test from 'ava';
import { argvOf, noticeOf, waysOf } from '../../cli/daemon/notice-text.js';
import { noticeSequence } from '../../tmux/notice.js';
import { session } from './client-fake-daemon.js';

test('one that waits is named with what it wants and what it is about; several are told together', t => {
  const waiting = session('fix-nav', { status: 'waiting', waiting_for: 'permission' });
  t.deepEqual(noticeOf([waiting]), { title: 'actor: fix-nav waits for you', body: 'wants permission' });
  t.is(noticeOf([{ ...waiting, purpose: 'the bar' }]).body, 'wants permission: the bar');
  const turn = { id: 1, prompt_id: null, started_at: '', prompt: 'add\n a test' };
  t.is(noticeOf([{ ...waiting, turn }]).body, 'wants permission: add a test');
  const crowd = Array.from({ length: 7 }, (_, index) => session(`s${index}`));
  t.deepEqual(noticeOf(crowd), {
    title: 'actor: 7 sessions wait for you',
    body: 's0, s1, s2, s3, s4 and 2 more',
  });
});

test('what controls a terminal is taken out, and a long text is cut', t => {
  const purpose = `a\x1b]0;x\x07\x9b2J\u202e\u2028b\ud800${'日'.repeat(300)}`;
  const { body } = noticeOf([session('x', { purpose })]);
  t.true(body.startsWith('a ]0;x 2J b\ufffd日'), body);
  t.notRegex(body, /[\p{Cc}\u202e]/u);
  t.is([...body].length, 200);
});

test('the person’s desktop first, where there is one; over ssh the terminals', t => {
  const all = () => true;
  const none = () => false;
  t.deepEqual(waysOf('linux', { DISPLAY: ':0' }, all), ['notify-send', 'terminals']);
  t.deepEqual(waysOf('linux', { WAYLAND_DISPLAY: 'w' }, all), ['notify-send', 'terminals']);
  t.deepEqual(waysOf('linux', { DBUS_SESSION_BUS_ADDRESS: 'x' }, all), ['notify-send', 'terminals']);
  t.deepEqual(waysOf('linux', { DISPLAY: ':0' }, none), ['terminals']);
  t.deepEqual(waysOf('linux', {}, all), ['terminals']);
  t.deepEqual(waysOf('linux', { DISPLAY: ':0', SSH_TTY: '/dev/pts/1' }, all), ['terminals', 'notify-send']);
  t.deepEqual(waysOf('darwin', {}, all), ['osascript', 'terminals']);
  t.deepEqual(waysOf('darwin', {}, none), ['terminals']);
});

test('words are arguments that are only shown', t => {
  const notice = { title: 'actor: x', body: '<b>a</b> &amp; \\074i" & (do shell script "x")' };
  t.deepEqual(argvOf('notify-send', notice), [
    ...['notify-send', '--app-name=actor', '--', 'actor: x'],
    '‹b›a‹/b› ＆amp; ⧵074i" ＆ (do shell script "x")',
  ]);
  const script = argvOf('osascript', notice);
  t.deepEqual(script.slice(-2), [notice.title, notice.body]);
  t.false(script.slice(0, -2).join(' ').includes('shell script'));
});

test('terminals are told in the sequence that they know', t => {
  const said = (term: string, type = '', ascii = false) =>
    noticeSequence('a;b', 'c\x1b\x07 é', { term, type, ascii });
  t.is(said('xterm-256color'), '\x1b]9;a;b: c é\x07');
  t.is(said('xterm-256color', '', true), '\x1b]9;a;b: c ?\x07');
  t.is(said('foot'), '\x1b]777;notify;a,b;c é\x07');
  t.is(said('xterm-256color', 'VTE(6800)'), '\x1b]777;notify;a,b;c é\x07');
  t.is(said('screen', 'tmux 3.3a'), '\x1bPtmux;\x1b\x1b]9;a;b: c é\x07\x1b\\');
  t.is(said('screen'), '\x1b]9;a;b: c é\x07');
});
