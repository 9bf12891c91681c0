import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { shellWord } from '../../cli/domain/shell-word.js';
import { attachArgv, type Terminal } from '../../tmux/clients.js';
import { tmuxEnvironment } from '../../tmux/environment.js';
import { displayWidth, neutralizeFormat } from '../../tmux/format.js';
import { changeLines } from '../../tmux/options.js';
import { parsePane } from '../../tmux/panes.js';
import { neutralizePaste } from '../../tmux/paste.js';
import { chooseLauncher } from '../../tmux/scope.js';
import { compareVersions, parseVersion } from '../../tmux/version.js';

test('versions are read and ordered', t => {
  t.deepEqual(parseVersion('tmux 3.3a\n'), { major: 3, minor: 3, letter: 'a' });
  t.deepEqual(parseVersion('tmux next-3.5'), { major: 3, minor: 5, letter: '' });
  t.deepEqual(parseVersion('tmux 3.4-rc2'), { major: 3, minor: 4, letter: '' });
  t.is(parseVersion('bash: tmux: not found'), null);
  t.is(parseVersion('tmux'), null);
  const ordered = ['3.1c', '3.2', '3.3', '3.3a', 'next-3.4', '3.10', 'openbsd-7.4'].map(
    word => parseVersion(`tmux ${word}`)!,
  );
  t.deepEqual(ordered.toReversed().toSorted(compareVersions), ordered);
  t.is(compareVersions(parseVersion('tmux master')!, parseVersion('tmux openbsd-7.4')!), 0);
});

test('a shell takes every quoted word back as it was', t => {
  const words = [
    '',
    "it's",
    '$(touch x)',
    '`id`',
    'a b',
    '-n',
    '\\',
    '"',
    '!x',
    'é\n\tz',
    '~',
    '*',
    '#x',
    '&;|<>',
  ];
  const output = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(shellWord).join(' ')}`]);
  t.deepEqual(output.toString().split('\0').slice(0, -1), words);
});

test('a terminal that says that it has all colours is believed, whatever its name', t => {
  const argv = (terminal: Terminal) =>
    attachArgv({ program: 'tmux', socket: '/s' }, '@1', terminal).join(' ');
  t.regex(argv({ trueColor: true }), /^tmux -N -u -T RGB -S \/s new-session /);
  t.regex(argv({}), /^tmux -N -u -S \/s new-session /);
});

test('the environment of tmux is chosen', t => {
  const chosen = tmuxEnvironment({
    PATH: '/bin',
    HOME: '/h',
    TMUX: 'x',
    TMUX_PANE: '%1',
    LC_ALL: 'C',
    LANG: 'C',
    SECRET: 's',
    ACTOR_HOME: '/a',
  });
  t.deepEqual(chosen, {
    PATH: '/bin',
    HOME: '/h',
    LANG: 'C',
    ACTOR_HOME: '/a',
    TERM: 'xterm-256color',
    LC_CTYPE: 'C.UTF-8',
  });
  t.is(tmuxEnvironment({ LANG: 'de_DE.utf8' }).LC_CTYPE, undefined);
});

test('a scope is used only where there is a user manager', t => {
  t.deepEqual(chooseLauncher({ systemdRun: '/usr/bin/systemd-run', userManager: false }), []);
  t.deepEqual(chooseLauncher({ systemdRun: null, userManager: true }), []);
  t.is(chooseLauncher({ systemdRun: '/usr/bin/systemd-run', userManager: true })[0], '/usr/bin/systemd-run');
});

test('shown text: formats, styles, control and direction characters are gone, the number sign of a pull request stays', t => {
  t.is(neutralizeFormat('#12 done', 40), '#12 done');
  t.is(neutralizeFormat('#(touch x) #{pid} #[fg=red] #S #', 80), '♯(touch x) ♯{pid} ♯[fg=red] ♯S ♯');
  t.is(neutralizeFormat('##[x', 80), '♯♯[x');
  t.is(neutralizeFormat('a\n\tb\x1b[31m\x07\u202ec\u2028d', 80), 'a b [31m c d');
  t.is(neutralizeFormat('日本語', 5), '日本…');
  t.is(neutralizeFormat('exact', 5), 'exact');
});

test('widths', t => {
  t.is(displayWidth('abc'), 3);
  t.is(displayWidth('日本'), 4);
  t.is(displayWidth('e\u0301'), 1);
  t.is(displayWidth('👩‍👩‍👧'), 2);
  t.is(displayWidth('♛★✗'), 3);
});

test('whatever the text, what is shown holds its width and no active number sign', t => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (text, width) => {
        const shown = neutralizeFormat(text, width);
        return displayWidth(shown) <= width && !/#(?!\d)|[\p{Cc}\p{Cs}]/u.test(shown);
      },
    ),
  );
  t.pass();
});

test('a text to paste keeps tabs and lines, and loses what could act', t => {
  t.is(neutralizePaste('a\r\nb\rc\td\n'), 'a\nb\nc\td\n');
  t.is(neutralizePaste('x\x1b[201~rm -rf\n\x9b201~\x00\x7f'), 'x[201~rm -rf\n201~');
  t.is(neutralizePaste('half \ud800 surrogate'), 'half \ufffd surrogate');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const clean = neutralizePaste(text);
      return !/[^\P{Cc}\t\n]/u.test(clean) && neutralizePaste(clean) === clean;
    }),
  );
});

test('an option is set by name and window id, or not at all', t => {
  t.throws(() => changeLines([{ window: '@1 ; kill-server', name: '@a', value: '' }]), {
    instanceOf: RangeError,
  });
  t.throws(() => changeLines([{ window: null, name: '@a b', value: '' }]), { instanceOf: RangeError });
  t.throws(() => changeLines([{ window: '@1', rename: '#(id)' }]), { instanceOf: RangeError });
});

test('a pane that is none of ours is no pane', t => {
  const fields = [
    '@1',
    '%1',
    '12',
    '1',
    '',
    '9',
    '0',
    '3',
    '4',
    '80',
    '24',
    '1',
    '1795518732',
    '1',
    'fix',
    'launch',
    '0',
    'sh',
    'title',
  ];
  t.deepEqual(parsePane(fields.join('\t')), {
    window: '@1',
    pane: '%1',
    pid: 12,
    dead: true,
    deadStatus: null,
    deadSignal: 9,
    inMode: false,
    cursorX: 3,
    cursorY: 4,
    cursorHidden: true,
    width: 80,
    height: 24,
    alternateScreen: true,
    outputAt: 1_795_518_732_000,
    titled: true,
    name: 'fix',
    launch: 'launch',
    command: 'sh',
    title: 'title',
  });
  t.is(parsePane(fields.with(15, '').join('\t')), null);
  t.is(parsePane(''), null);
});
