import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
export async function run(_i: Input, c: Context) {
  c.io.json(await c.call('list', { status: null }));
  return 0 as const;
}
