/** Lists over all of a server, which may have no tmux session at all. */
import { type Tmux, TmuxError } from './tmux.js';

/**
 * The output of `list-panes -a` or `list-clients`; null when no server runs. On a server without any tmux session both fail
 * ("no current target") where they should answer nothing; one that got its first session meanwhile is asked again.
 * @throws {TmuxError} of another kind than `no-server`.
 */
export async function listing(tmux: Tmux, command: string[]): Promise<string | null> {
  try {
    return await tmux.run(command);
  } catch (error) {
    if (!(error instanceof TmuxError)) throw error;
    if (error.kind === 'no-server') return null;
    if (error.kind !== 'failed') throw error;
    return (await tmux.run(['list-sessions'])) === '' ? '' : tmux.run(command);
  }
}
