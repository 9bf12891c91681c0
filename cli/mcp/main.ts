/**
 * `actor mcp`: an MCP server on stdin and stdout, started by a session's agent, and beside that the door by which the daemon
 * hands events to this agent. Lives exactly as long as its agent keeps stdin open.
 */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { BUILD } from '../build.js';
import { findHome } from '../client/home.js';
import { Daemon } from './daemon.js';
import { Door } from './door.js';
import { Link } from './link.js';
import { createServer } from './server.js';

const { env } = process;
// Once: the session's directory may be removed while its agent lives.
const cwd = process.cwd();
const report = (line: string) => process.stderr.write(`${line}\n`);
const inbox = {
  // ACTOR_CLAUDE_DOCUMENTED_ONLY=1: as if there were no inbox, which claude does not document.
  socket: (!env.ACTOR_CLAUDE_DOCUMENTED_ONLY && env.CLAUDE_CODE_MESSAGING_SOCKET) || null,
  token: env.CLAUDE_CODE_MESSAGING_TOKEN || null,
};
const door = new Door(inbox);
const daemon = new Daemon(env, cwd);
const server = createServer(daemon);
const link = attach();

let isEnding = false;
function end(): void {
  if (isEnding) return;
  isEnding = true;
  link?.close();
  door.close();
  process.stdin.destroy();
  // Whatever is under way (a daemon that does not start, say) has nobody who waits for it.
  void server.close().finally(() => process.exit());
}
process.stdin.on('end', end).on('close', end).on('error', end);
// The agent has closed its end: there is nobody left to answer.
process.stdout.on('error', end);

await server.connect(new StdioServerTransport());

/** Outside a session there is nobody to hand events to. */
function attach(): Link | null {
  const session = env.ACTOR_NAME;
  if (!session) return null;
  return new Link({
    path: findHome(env, cwd).socket,
    request: {
      build: BUILD,
      method: 'mcp-attach',
      params: { session, socket: inbox.socket, pid: process.ppid },
      caller: { cwd, session },
    },
    hand: item => door.hand(item),
    revive: () => daemon.revive(),
    report,
  });
}
