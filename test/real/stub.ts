/** A stub of a model's API as a process of its own, on a free port of the loopback interface. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

export interface Stub {
  url: string;
  pid: number;
  /** What it was asked so far, oldest first: `{event: 'messages', text, status, session, …}` and others. */
  requests(): Promise<Record<string, unknown>[]>;
  /** Answers the next `count` requests of the model's turns with this HTTP status; status 0 ends that. */
  fail(status: number, count?: number): Promise<void>;
  /** Lets the answers go that prompts hold by `HOLD:<name>`, those that are still to be asked for as well. */
  release(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Two node starts beside several claudes that start can take this long on a busy machine, in milliseconds. */
const START_PATIENCE = 60_000;

/** Starts `stubs/<name>.mjs`, whose header says how a prompt steers it. @throws when it does not come up */
export async function startStub(name: 'anthropic' | 'openai' | 'chat'): Promise<Stub> {
  const folder = await mkdtemp(join(tmpdir(), 'actor-stub-'));
  const portFile = join(folder, 'port');
  const script = join(packageRoot, 'test', 'real', 'stubs', `${name}.mjs`);
  const child = execa(process.execPath, [script, '--port', '0', '--port-file', portFile], {
    reject: false,
    stdout: 'ignore',
    stderr: 'inherit',
  });
  const port = await eventually(
    () => readFile(portFile, 'utf8'),
    text => /^\d+$/.test(text),
    { timeout: START_PATIENCE },
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: child.pid!,
    async requests() {
      const response = await fetch(`${url}/_stub/requests`);
      return (await response.json()) as Record<string, unknown>[];
    },
    async fail(status, count = 1) {
      await fetch(`${url}/_stub/fail`, { method: 'POST', body: JSON.stringify({ status, count }) });
    },
    async release(name) {
      await fetch(`${url}/_stub/release`, { method: 'POST', body: JSON.stringify({ name }) });
    },
    async stop() {
      child.kill('SIGTERM');
      await child;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
