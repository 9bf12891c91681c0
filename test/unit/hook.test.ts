import test from 'ava';
import type { Definition } from '../../cli/domain/definition.js';
import { hookEnvironment, hookFailure, isGood } from '../../cli/domain/hook.js';

const definition = {
  name: 'fix',
  agent: 'claude',
  dir: '/w/fix',
  repo: '/r',
  branch: 'fix',
  base: { ref: 'main', commit: 'abc' },
  conversation: null,
} as Definition;

test('the caller’s environment and what is known of the session; what is not known is absent, whatever the caller has', t => {
  const caller = {
    PATH: '/bin',
    GIT_AUTHOR_NAME: 'me',
    ACTOR_DEBUG: '1',
    ACTOR_NAME: 'main',
    ACTOR_LAUNCH: 'abc',
    ACTOR_CONVERSATION: 'of main',
    ACTOR_MESSAGE_FILE: '/of/another',
    TMUX: 'x',
    TMUX_PANE: '%1',
    PWD: '/elsewhere',
    GIT_DIR: '/elsewhere/.git',
    GIT_INDEX_FILE: 'x',
  };
  t.deepEqual(hookEnvironment(caller, definition, '/home/.actor'), {
    PATH: '/bin',
    GIT_AUTHOR_NAME: 'me',
    ACTOR_DEBUG: '1',
    ACTOR_NAME: 'fix',
    ACTOR_DIR: '/w/fix',
    ACTOR_REPO: '/r',
    ACTOR_BRANCH: 'fix',
    ACTOR_BASE: 'main',
    ACTOR_AGENT: 'claude',
    ACTOR_HOME: '/home/.actor',
  });
});

test('outside of a repository, with a conversation, and after a turn', t => {
  const bare = { ...definition, repo: null, branch: null, base: null, conversation: 'c-1' };
  const ended = { turn: 3, outcome: 'failed', durationMs: 0, messageFile: '/m' } as const;
  t.deepEqual(hookEnvironment({ ACTOR_REPO: '/other' }, bare, '/h', ended), {
    ACTOR_NAME: 'fix',
    ACTOR_DIR: '/w/fix',
    ACTOR_AGENT: 'claude',
    ACTOR_HOME: '/h',
    ACTOR_CONVERSATION: 'c-1',
    ACTOR_TURN: '3',
    ACTOR_OUTCOME: 'failed',
    ACTOR_DURATION_MS: '0',
    ACTOR_MESSAGE_FILE: '/m',
  });
});

test('how a hook ended, in words, with its last lines', t => {
  const end = { exitCode: null, signal: null, cut: null, problem: null, output: '' };
  const words = (facts: object) => hookFailure('on-start', 1500, { ...end, ...facts });
  t.is(words({ exitCode: 3, output: 'a\nb' }), 'the on-start hook ended with exit status 3\n  a\n  b');
  t.is(words({ signal: 'SIGSEGV' }), 'the on-start hook was ended by SIGSEGV');
  t.is(
    words({ cut: 'time limit', signal: 'SIGTERM' }),
    'the on-start hook did not end within 1.5 s, and was ended',
  );
  t.is(words({ problem: 'no sh' }), 'the on-start hook could not be run: no sh');
  const long = Array.from({ length: 100 }, (_, line) => `${line}`).join('\n');
  t.is(words({ exitCode: 1, output: long }).split('\n').length, 21);
  t.true(isGood({ ...end, exitCode: 0 }));
  t.false(isGood({ ...end, exitCode: 0, cut: 'time limit' }), 'it obeyed the SIGTERM, too late');
  t.false(isGood(end));
});
