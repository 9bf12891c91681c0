/** What gh's answers mean, and where it is asked at all. */
import test from 'ava';
import { ghEnvironment, pullRequestOf } from '../../cli/daemon/pull-request.js';
import { isAtGithub } from '../../cli/git/remotes.js';

const end = (code: number | null, stdout = '', stderr = '') => ({ code, stdout, stderr });

test('an open pull request has a number; a merged one has none; what is no answer is a failure', t => {
  const url = 'https://github.com/o/r/pull/7';
  const said = (value: object) => pullRequestOf(end(0, JSON.stringify(value)));
  t.deepEqual(said({ number: 7, state: 'OPEN', url }), { number: 7, url });
  t.is(said({ number: 7, state: 'MERGED', url }), null);
  t.is(pullRequestOf(end(1, '', 'no pull requests found for branch "x"\n')), null);
  t.is(pullRequestOf(end(4, '', 'To get started with GitHub CLI, please run:  gh auth login')), 'failed');
  for (const odd of [end(null), end(0, ''), end(0, '[]'), end(0, '{"number":'), end(0, '{"number":"7"}')])
    t.is(pullRequestOf(odd), 'failed');
});

test('GitHub is a remote’s host, not a word in its path', t => {
  for (const url of [
    'git@github.com:o/r.git',
    'https://github.com/o/r',
    'https://me:x@github.example.com/o/r',
    'ssh://git@github.com:22/o/r',
  ])
    t.true(isAtGithub(url), url);
  for (const url of ['/home/me/github/r', '../github', 'https://gitlab.com/github/r', 'file:///github/r', ''])
    t.false(isAtGithub(url), url);
});

test('gh is asked for this repository, without questions', t => {
  const env = ghEnvironment({ PATH: '/bin', GH_TOKEN: 'x', GH_REPO: 'o/other', GIT_DIR: '/x' });
  t.like(env, { PATH: '/bin', GH_TOKEN: 'x', GH_PROMPT_DISABLED: '1' });
  t.false('GH_REPO' in env || 'GIT_DIR' in env);
});
