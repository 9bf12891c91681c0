/** What the stories of the window share: a person in a terminal of their own, on a world with sessions. */
import type { ExecutionContext } from 'ava';
import { openTerminal, type Terminal } from '../helpers/terminal.js';
import { eventually } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** How much of what a terminal was sent last a failure tells. */
const LAST_BYTES = 6000;

export interface Person extends Terminal {
  /** Presses keys one after another, as fingers do: tmux takes what comes at once for a paste, in which no key is bound. */
  fingers(...keys: string[]): Promise<void>;
  /** Until the screen satisfies. @returns it. */
  sees(what: RegExp | ((screen: string) => boolean)): Promise<string>;
}

export interface WindowStory extends Story {
  /** A terminal in the repository that runs `actor` with these words, or `argv`. */
  person(
    words: string[],
    options?: Parameters<typeof openTerminal>[3] & { argv?: string[] },
  ): Promise<Person>;
  /** What the terminals show, sorted. */
  shown(): Promise<string[]>;
}

export async function tellOfWindows(t: ExecutionContext): Promise<WindowStory> {
  const story = await tell(t);
  return {
    ...story,
    async person(words, { argv = ['actor', ...words], ...options } = {}) {
      const terminal = await openTerminal(t, story, argv, { cwd: story.repo, ...options });
      return {
        ...terminal,
        async fingers(...keys) {
          // Each is a call of its own to the outer tmux, with milliseconds between.
          for (const key of keys) await terminal.press(key);
        },
        sees: what =>
          eventually(terminal.screen, what instanceof RegExp ? screen => what.test(screen) : what, {
            describe: async () => JSON.stringify((await terminal.raw()).slice(-LAST_BYTES)),
          }),
      };
    },
    shown: async () =>
      (await story.tmux('list-clients', '-F', '#{@actor_name}')).stdout
        .split('\n')
        .filter(Boolean)
        .toSorted(),
  };
}
