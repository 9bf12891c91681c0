/** The MCP server as its agent meets it: the verbs of the command line as tools. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  type Tool as ListedTool,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { VERSION } from '../build.js';
import { UsageFailure } from '../client/errors.js';
import { visible } from '../client/width.js';
import { Failure } from '../domain/failure.js';
import { nearest } from '../domain/suggest.js';
import { EXIT } from '../protocol.js';
import { Arguments } from './arguments.js';
import type { Daemon } from './daemon.js';
import { toolHint } from './hints.js';
import type { Kind, Tool } from './tool.js';
import { TOOLS } from './tools.js';

const INSTRUCTIONS =
  'actor runs other coding agents beside you as sessions, each in its own window, git worktree and branch: new starts one, ' +
  'run gives it more to do. Never poll or wait for a session: whatever ends, fails or needs a person comes to you by itself ' +
  'as an <actor-event> message.';

/** Connect it to a transport. Every call asks the daemon on a connection of its own, so calls may overlap. */
export function createServer(daemon: Daemon): Server {
  const server = new Server(
    { name: 'actor', version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map(listed) }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) =>
    answer(daemon, params.name, params.arguments ?? {}, signal),
  );
  return server;
}

async function answer(
  daemon: Daemon,
  name: string,
  given: Record<string, unknown>,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const notices: string[] = [];
  const notice = (text: string) => void notices.push(text);
  try {
    const tool = find(name);
    const { content, lines } = await tool.call(new Arguments(name, tool.input, given), {
      session: daemon.session,
      cwd: daemon.cwd,
      notice,
      ask: (method, params) => daemon.call(method, params, { signal, notice }),
    });
    return {
      content: [{ type: 'text', text: [...notices, ...lines].join('\n') }],
      structuredContent: notices.length > 0 ? { ...content, notices } : content,
    };
  } catch (error) {
    return failed(error, notices);
  }
}

function find(name: string): Tool {
  const tool = TOOLS.find(each => each.name === name);
  if (tool) return tool;
  const names = TOOLS.map(each => each.name);
  const near = nearest(name, names);
  throw new UsageFailure(
    `unknown tool: ${name}${near === null ? '' : ` (did you mean ${near}?)`}`,
    `the tools are ${names.join(', ')}`,
  );
}

/** The words of the command line, hints in terms of tools; `code` is the exit code that the command would have. */
function failed(error: unknown, notices: readonly string[]): CallToolResult {
  const problem = error instanceof Error ? error.message : String(error);
  const failure = error instanceof Failure ? error : new Failure(EXIT.failed, `internal error: ${problem}`);
  const message = visible(failure.message);
  const hint = failure.hint ? visible(toolHint(failure.hint)) : null;
  const lines = [...notices, `actor: ${message}`, ...(hint === null ? [] : [`hint: ${hint}`])];
  return {
    isError: true,
    content: [{ type: 'text', text: lines.join('\n') }],
    structuredContent: { code: failure.code, message, hint, ...(notices.length > 0 ? { notices } : {}) },
  };
}

function listed({ name, description, input, kind }: Tool): ListedTool {
  const { properties, required, ...rest } = input;
  return {
    name,
    description,
    // As the SDK's types want it: copies that could be changed.
    inputSchema: { ...rest, properties: { ...properties }, required: [...required] },
    annotations: ANNOTATIONS[kind],
    // Else claude lists only the name, and the model must search before it can call.
    _meta: { 'anthropic/alwaysLoad': true },
  };
}

const ANNOTATIONS: Readonly<Record<Kind, NonNullable<ListedTool['annotations']>>> = {
  looks: { readOnlyHint: true, openWorldHint: false },
  acts: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
  ends: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
};
