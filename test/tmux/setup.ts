import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { startServer } from '../../tmux/server.js';
import { Tmux, TmuxError } from '../../tmux/tmux.js';
import { type OpenedWindow, openWindow } from '../../tmux/window.js';
import { type Arena, withArena } from '../helpers/arena.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

export interface Stage {
  arena: Arena;
  tmux: Tmux;
  inbox: string;
  /** Opens a marked window; `sleep` unless given other words. */
  open(name: string, argv?: string[]): Promise<OpenedWindow>;
  /** A window that records every byte it gets; ready, with bracketed paste asked for. */
  recorder(name: string): Promise<Recorder>;
}

export interface Recorder extends OpenedWindow {
  received(): Promise<Buffer>;
}

/** An arena with actor's tmux in it, not started. */
export async function withTmux(t: ExecutionContext): Promise<{ arena: Arena; tmux: Tmux; inbox: string }> {
  const arena = await withArena(t);
  const inbox = join(arena.actorHome, 'inbox');
  await mkdir(inbox, { recursive: true });
  const tmux = new Tmux({
    socket: join(arena.actorHome, 'tmux.sock'),
    config: join(packageRoot, 'templates', 'tmux.conf'),
    environment: arena.env,
  });
  return { arena, tmux, inbox };
}

/** The same with the server started. */
export async function withServer(t: ExecutionContext): Promise<Stage> {
  const { arena, tmux, inbox } = await withTmux(t);
  await startServer(tmux, {
    '@actor_home': arena.actorHome,
    '@actor_hooks': join(packageRoot, 'hooks'),
  });
  const open = (name: string, argv = ['sleep', '300']) =>
    openWindow(tmux, {
      name,
      dir: arena.home,
      argv,
      options: { '@actor_name': name, '@actor_launch': randomUUID() },
    });
  return {
    arena,
    tmux,
    inbox,
    open,
    async recorder(name) {
      const file = join(arena.root, `${name}.bytes`);
      const script = `stty raw -echo; printf '\\033[?2004hready'; exec cat >"$0"`;
      const opened = await open(name, ['/bin/sh', '-c', script, file]);
      await eventually(
        () => tmux.run(['capture-pane', '-p', '-t', opened.pane]),
        screen => screen.startsWith('ready'),
      );
      return { ...opened, received: () => readFile(file).catch(() => Buffer.alloc(0)) };
    },
  };
}

/** What a bracketed paste of this text with Enter looks like to the program. */
export function pasted(text: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('\x1b[200~'), Buffer.from(text), Buffer.from('\x1b[201~\r')]);
}

/** The same tmux through a client that is killed by SIGKILL this many milliseconds after its start. */
export async function killedClient(arena: Arena, tmux: Tmux, milliseconds: number): Promise<Tmux> {
  const program = join(arena.bin, 'killed-tmux');
  const seconds = (milliseconds / 1000).toFixed(4);
  await writeFile(
    program,
    `#!/bin/bash\ntmux "$@" <&0 & client=$!\nread -t ${seconds} <> <(:)\nkill -9 $client\nwait $client 2>/dev/null\n`,
    { mode: 0o755 },
  );
  return new Tmux({ socket: tmux.socket, config: tmux.config, environment: arena.env, program });
}

/** The server's process id; null when none runs. */
export async function serverPid(tmux: Tmux): Promise<number | null> {
  try {
    return Number.parseInt(await tmux.run(['display-message', '-p', '#{pid}']), 10);
  } catch (error) {
    if (error instanceof TmuxError && error.kind === 'no-server') return null;
    throw error;
  }
}
