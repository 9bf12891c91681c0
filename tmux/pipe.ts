/** A pane's output into a program of ours. */
import { commandLine } from './quote.js';
import type { Tmux } from './tmux.js';

/**
 * Sees to it that the pane's output goes to this command's standard input, from now on; a pipe that is there stays.
 * @param shellCommand for `sh`, built from our own paths with `quoteShell`. tmux's formats and times (`#`, `%`) in it are
 *   taken literally.
 * @throws {TmuxError}
 */
export async function pipePane(tmux: Tmux, pane: string, shellCommand: string): Promise<void> {
  // Not `-o`, which closes a pipe that is there.
  await tmux.run([
    'if-shell',
    '-F',
    '-t',
    pane,
    '#{pane_pipe}',
    '',
    commandLine(['pipe-pane', '-t', pane, literalCommand(shellCommand)]),
  ]);
}

/** Without the meaning that `pipe-pane` gives to formats (`#`) and times (`%`). Pure. */
export function literalCommand(shellCommand: string): string {
  return shellCommand.replaceAll('#', '##').replaceAll('%', '%%');
}
