/**
 * A word for tmux's own command language (a configuration file, the branches of `if-shell`): in single quotes nothing is
 * special but the quote itself, so that one stands in double quotes. NUL cannot be in it, and is dropped.
 */
export function quoteTmux(word: string): string {
  return `'${word.replaceAll('\0', '').replaceAll("'", `'"'"'`)}'`;
}

/** A command of several words as one line of tmux's command language. */
export function commandLine(words: string[]): string {
  return words.map(quoteTmux).join(' ');
}

/** The shell command of a `pipe-pane`, without the meaning that this gives to formats (`#`) and times (`%`). */
export function literalCommand(shellCommand: string): string {
  return shellCommand.replaceAll('#', '##').replaceAll('%', '%%');
}
