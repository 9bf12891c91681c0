/** Where a repository's remotes are. */
import type { Git } from './git.js';

/** Has it a remote at GitHub, or at a GitHub of somebody's own? Read from its settings; no network. */
export async function hasGithubRemote(git: Git, dir: string, timeoutMs: number): Promise<boolean> {
  const { exitCode, stdout } = await git.attempt(dir, ['config', '--get-regexp', '^remote\\..*\\.url$'], {
    timeoutMs,
  });
  return exitCode === 0 && stdout.split('\n').some(line => isAtGithub(line.slice(line.indexOf(' ') + 1)));
}

/** Is this URL's host a GitHub: `git@github.com:o/r`, `https://github.example.com/o/r`? A path is not. Pure. */
export function isAtGithub(url: string): boolean {
  const [, host = ''] = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/:]+)/i.exec(url) ?? [];
  return /github/i.test(host) && /:\/\/|:/.test(url);
}
