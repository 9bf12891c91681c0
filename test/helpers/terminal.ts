/** A person's terminal: a pane of a private outer tmux server, whose screen can be read and whose keys can be pressed. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Arena } from './arena.js';

export interface Terminal {
  /** The screen's rows as text. */
  screen(): Promise<string>;
  /** The same with the escape sequences of colours and attributes. */
  styledScreen(): Promise<string>;
  /** Every byte that was sent to it, from its first one on. */
  raw(): Promise<string>;
  /** The title that the terminal was given. */
  title(): Promise<string>;
  /** Presses keys by tmux's names: `Enter`, `C-z`, `M-1`. */
  press(...keys: string[]): Promise<void>;
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Sends these bytes, all at once, as a terminal does for one key, one turn of the wheel or one paste. */
  send(bytes: string): Promise<void>;
  /** Makes it this many columns wide and lines high. */
  resize(width: number, height: number): Promise<void>;
  /** The exit status of the program (128 + n after signal n); null while it runs. */
  exitStatus(): Promise<number | null>;
  /** Ends the terminal, as closing its window does (the program gets SIGHUP). */
  close(): Promise<void>;
}

/** Starts a program in a terminal of its own; all of them end with the test. */
export async function openTerminal(
  t: ExecutionContext,
  arena: Arena,
  argv: string[],
  options: {
    width?: number;
    height?: number;
    cwd?: string;
    env?: Record<string, string>;
    /** A file that gets every byte that the program writes. */
    record?: string;
  } = {},
): Promise<Terminal> {
  const socket = join(arena.root, 'outer.sock');
  const session = `t-${randomUUID().slice(0, 8)}`;
  const tmuxWith = async (how: { input?: string }, ...args: string[]) => {
    const result = await arena.run('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args], how);
    if (result.code !== 0) throw new Error(`outer tmux ${args[0]}: ${result.stderr}`);
    return result.stdout.replace(/\n$/, '');
  };
  const tmux = (...args: string[]) => tmuxWith({}, ...args);
  t.teardown(() => arena.run('tmux', ['-S', socket, 'kill-server']));
  const extra = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const size = ['-x', String(options.width ?? 100), '-y', String(options.height ?? 30)];
  const pane = await tmux(
    ...['new-session', '-d', '-P', '-F', '#{pane_id}', '-s', session, ...size],
    ...['-c', options.cwd ?? arena.home, '--'],
    // The program waits until the pane stays after its end: a quick one would take its exit status with it.
    ...['/bin/sh', '-c', 'tmux -S "$0" wait-for "$1"; shift; exec "$@"', socket, session],
    // tmux takes a last `;` of a word for its own.
    ...['env', '-u', 'TMUX', '-u', 'TMUX_PANE', ...extra, ...argv.map(word => word.replace(/;$/, '\\;'))],
  );
  const raw = join(arena.root, `raw-${session}`);
  await tmux(
    ...['pipe-pane', '-t', pane, `exec cat > '${raw}'`, ';'],
    ...['set-option', '-t', session, 'status', 'off', ';'],
    ...['set-option', '-w', '-t', session, 'remain-on-exit', 'on', ';'],
    ...['set-option', '-s', 'escape-time', '0', ';'],
    ...(options.record ? ['pipe-pane', '-O', '-t', pane, `exec cat >'${options.record}'`, ';'] : []),
    ...['wait-for', '-S', session],
  );
  return {
    screen: () => tmux('capture-pane', '-p', '-t', pane),
    styledScreen: () => tmux('capture-pane', '-p', '-e', '-t', pane),
    raw: () => readFile(raw, 'utf8').catch(() => ''),
    title: () => tmux('display-message', '-p', '-t', pane, '#{pane_title}'),
    press: async (...keys) => void (await tmux('send-keys', '-t', pane, ...keys)),
    type: async text => void (await tmux('send-keys', '-l', '-t', pane, '--', text)),
    send: async bytes => {
      const hex = Array.from(Buffer.from(bytes), byte => byte.toString(16));
      const lines: string[] = [];
      while (hex.length > 0) lines.push(`send-keys -H -t ${pane} ${hex.splice(0, 500).join(' ')}`);
      // All in one call, which tmux carries out without a pause; as arguments it takes no more than 16 KB.
      await tmuxWith({ input: `${lines.join('\n')}\n` }, 'source-file', '-');
    },
    resize: async (width, height) =>
      void (await tmux('resize-window', '-t', `=${session}:`, '-x', String(width), '-y', String(height))),
    exitStatus: async () => {
      // tmux may miss a child's end until another one ends.
      const format = '#{pane_dead} #{pane_dead_status} #{pane_dead_signal}';
      const status = await tmux('run-shell', 'true', ';', 'list-panes', '-t', pane, '-F', format);
      const [dead, code, signal] = status.split(' ');
      if (dead !== '1' || (code === '' && signal === '')) return null;
      return code !== '' ? Number(code) : 128 + Number(signal);
    },
    close: async () => void (await tmux('kill-session', '-t', `=${session}`)),
  };
}
