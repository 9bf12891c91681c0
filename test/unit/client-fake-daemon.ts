/**
 * A stand-in for the daemon: a real unix socket that answers each request with the lines a test gives; and the streams of a
 * client, held in memory. What the client says to the daemon and to the person can then be read.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Streams } from '../../cli/client/io.js';
import { invoke } from '../../cli/commands/invoke.js';
import type { Method, Methods, Reply, Request, SessionView } from '../../cli/protocol.js';

export type Answers = { [M in Method]?: Reply<M>[] | ((params: Methods[M]['params']) => Reply<M>[]) };

export interface FakeDaemon {
  home: string;
  requests: Request[];
}

/** A short, private ACTOR_HOME; removed in teardown. */
export async function temporaryHome(t: ExecutionContext): Promise<string> {
  const home = await mkdtemp('/tmp/a-');
  t.teardown(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** Listens in a home of its own. After the lines of an answer the connection is closed, as the daemon does. */
export async function fakeDaemon(t: ExecutionContext, answers: Answers): Promise<FakeDaemon> {
  const home = await temporaryHome(t);
  const requests: Request[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('data', piece => {
      text += String(piece);
      if (!text.endsWith('\n')) return;
      const request = JSON.parse(text) as Request;
      requests.push(request);
      const answer = answers[request.method] as Reply[] | ((params: unknown) => Reply[]) | undefined;
      const replies = typeof answer === 'function' ? answer(request.params) : (answer ?? []);
      socket.end(replies.map(reply => `${JSON.stringify(reply)}\n`).join(''));
    });
  });
  await new Promise<void>(resolve => server.listen(join(home, 'daemon.sock'), resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { home, requests };
}

export interface Terminal {
  /** Is it a terminal (all three streams)? */
  terminal?: boolean;
  columns?: number;
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Streams that only remember. */
export function memoryStreams(at: Terminal): Streams & { written: Record<1 | 2, string> } {
  const written = { 1: '', 2: '' };
  return {
    written,
    write: (descriptor, text) => {
      written[descriptor] += text;
    },
    isTerminal: () => at.terminal ?? false,
    columns: () => at.columns ?? 80,
    readInput: async limit => Buffer.from(at.stdin ?? '').subarray(0, limit),
    flush: async () => {},
  };
}

/** Runs one command against a home, in this process. */
export async function actor(home: string, argv: readonly string[], at: Terminal = {}): Promise<Outcome> {
  const streams = memoryStreams(at);
  const code = await invoke(argv, streams, { ACTOR_HOME: home, LANG: 'C.UTF-8', ...at.env });
  return { code, stdout: streams.written[1], stderr: streams.written[2] };
}

/** A session as the daemon lists it; idle, in a worktree, nothing happened yet. */
export function session(name: string, differences: Partial<SessionView> = {}): SessionView {
  return {
    name,
    role_of: 'session',
    agent: 'shell',
    status: 'idle',
    waiting_for: null,
    dir: `/home/me/.actor/worktrees/${name}`,
    repo: '/home/me/app',
    worktree: true,
    branch: name,
    base: { ref: 'main', commit: '2f9c0000000000000000000000000000000000ab' },
    parent: 'main',
    role: null,
    purpose: null,
    conversation: null,
    created_at: '2026-11-23T07:10:00.000Z',
    turn: null,
    queued: 0,
    held: 0,
    last: null,
    diff: null,
    dirty: null,
    pr: null,
    window: '@1',
    pid: 4711,
    waiting_events: 0,
    ...differences,
  };
}
