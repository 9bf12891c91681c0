/** The MCP server as its agent meets it. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { VERSION } from '../build.js';

/** A server that offers no tools yet: `tools/list` is empty, every call is a tool error. Connect it to a transport. */
export function createServer(): Server {
  const server = new Server({ name: 'actor', version: VERSION }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [] }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
    isError: true,
    content: [{ type: 'text', text: `actor: there is no tool "${params.name}"` }],
  }));
  return server;
}
