/**
 * What a request must be before it is sent, whoever makes it: the command line and the MCP tools have the same rules and the
 * same words for them. Pure, but for {@link requestKey}.
 */
import { isMainName, isValidName, NAME_RULE, nameFromText } from '../domain/names.js';
import type { Methods } from '../protocol.js';
import { UsageFailure } from './errors.js';

/** How the caller writes an option, given its long name without dashes: `--slash` on the command line, `slash` in a tool. */
export type Spell = (option: string) => string;

/** A key by which the daemon recognises a request that it is sent twice. */
export function requestKey(): string {
  return `${process.pid.toString(36)}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

/** @throws UsageFailure, with a name that would do, for one that a new session cannot have. */
export function checkNewName(name: string): void {
  const free = nameFromText(name);
  if (!isValidName(name))
    throw new UsageFailure(
      `${name} is no name for a session: ${NAME_RULE}`,
      free === null ? 'actor new fix-nav "what to do"' : `actor new ${free}`,
    );
  if (isMainName(name))
    throw new UsageFailure(
      `${name} is a name for a main: only actor claude, codex and shell start mains`,
      free === null ? undefined : `actor new ${free}`,
    );
}

/** @throws UsageFailure when no worktree is wanted, but a branch for it. */
export function checkBranchOptions(
  { worktree, base, branch }: Pick<Methods['new']['params'], 'worktree' | 'base' | 'branch'>,
  spell: Spell,
): void {
  for (const [option, value] of Object.entries({ base, branch }))
    if (!worktree && value !== null)
      throw new UsageFailure(
        `${spell('no-worktree')} and ${spell(option)} exclude each other: without a worktree no branch is made`,
      );
}

/** @throws UsageFailure when a new session would have neither a name nor a prompt to make one from. */
export function checkNameOrPrompt({ name, prompt }: { name: string | null; prompt: string | null }): void {
  if (name === null && prompt === null)
    throw new UsageFailure('a new session needs a name or a prompt', 'actor new fix-nav "what to do"');
}

/** @throws UsageFailure when a prompt is to be typed as a command, and to interrupt what runs. */
export function checkRunOptions({ slash, now }: { slash: boolean; now: boolean }, spell: Spell): void {
  if (slash && now)
    throw new UsageFailure(
      `${spell('slash')} and ${spell('now')} exclude each other: ${spell('slash')} only types when idle`,
    );
}

/** @throws UsageFailure when there is nothing that could be typed, or go first. */
export function checkRunPrompt(
  { prompt, slash, now }: Pick<Methods['run']['params'], 'prompt' | 'slash' | 'now'>,
  spell: Spell,
): void {
  if (prompt !== null) return;
  if (slash) throw new UsageFailure(`${spell('slash')} needs the command to type: /compact`);
  if (now) throw new UsageFailure(`${spell('now')} needs a prompt`);
}

/** @throws UsageFailure when one prompt is to be dropped, and all of them. */
export function checkQueueOptions(
  { cancel, clear }: Pick<Methods['queue']['params'], 'cancel' | 'clear'>,
  spell: Spell,
): void {
  if (cancel !== null && clear)
    throw new UsageFailure(`${spell('cancel')} and ${spell('clear')} exclude each other`);
}
