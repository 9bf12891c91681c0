/** `actor mcp`: become the MCP server. Its program is a bundle of its own, loaded into this process. */
import { importFromDist } from '../client/dist.js';

/** Returns at once; the process lives until the server ends it. */
export async function run(): Promise<null> {
  await importFromDist('mcp.mjs');
  return null;
}
