/** `actor mcp`: become the MCP server. Its program is a bundle of its own, loaded into this process. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { distFolder } from '../client/dist.js';

/** Returns at once; the process lives until the server ends it. */
export async function run(): Promise<null> {
  await import(pathToFileURL(join(distFolder(), 'mcp.mjs')).href);
  return null;
}
