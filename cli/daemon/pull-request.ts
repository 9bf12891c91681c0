/** What `gh` is asked about a branch's pull request, and what its answer means. Pure. */
import { NAMES_A_REPOSITORY } from '../domain/git-variables.js';
import type { CheckoutFacts } from '../domain/view.js';
import type { OutsideEnd } from './outside.js';

/** Of the branch that is checked out: gh knows where that was pushed to, and a name such as `12` would be a number to it. */
export const GH_ARGUMENTS = ['pr', 'view', '--json', 'number,state,url'] as const;

/** What a person has exported for their own calls would make gh answer for another repository, or ask, or draw. */
export function ghEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name]) => !NAMES_A_REPOSITORY.includes(name) && !/^(?:GH_REPO|GH_FORCE_TTY|GH_DEBUG|DEBUG)$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    GH_PROMPT_DISABLED: '1',
    GH_NO_UPDATE_NOTIFIER: '1',
    GIT_TERMINAL_PROMPT: '0',
    NO_COLOR: '1',
  };
}

/** The open pull request; null: there is none; `failed`: gh could not tell (no network, not logged in, too old). */
export function pullRequestOf({ code, stdout, stderr }: OutsideEnd): CheckoutFacts['pr'] | 'failed' {
  if (code === null) return 'failed';
  // gh 2: `no pull requests found for branch "x"`, exit 1, as for any other failure.
  if (code !== 0) return /no pull requests found/i.test(stderr) ? null : 'failed';
  try {
    const { number, state, url } = JSON.parse(stdout) as Record<string, unknown>;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) return 'failed';
    if (state !== 'OPEN') return null;
    return { number, url: typeof url === 'string' ? url : '' };
  } catch {
    return 'failed';
  }
}
