/**
 * The real agents, in the versions that the adapters (and the definitions in `templates/agents`) were written against, in
 * ignored folders: `.cache/agents`, and `.cache/agents-<name>` for one that needs no code.
 * Run by itself it installs what is missing and prints what there is: `node .build/test/real/install.js [claude[@VERSION]] [codex] [qwen]`.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../helpers/root.js';

export const PINNED = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.330' },
  codex: { package: '@openai/codex', version: '0.169.0' },
  // The last one for Node 20.
  qwen: { package: '@qwen-code/qwen-code', version: '0.15.10' },
} as const;

type Installable = keyof typeof PINNED;
/** Those that an adapter was written for. */
export type RealAgent = Exclude<Installable, 'qwen'>;

export interface Installed {
  /** What each program answers to `--version`. */
  versions: Partial<Record<Installable, string>>;
}

/** The folder to put on PATH for this agent: it has the program under its own name. */
export function binOf(agent: Installable): string {
  const folder = agent === 'qwen' ? 'agents-qwen' : 'agents';
  return join(packageRoot, '.cache', folder, 'node_modules', '.bin');
}

/**
 * Installs what is not there of these agents, by npm (up to 370 MB each): `claude` in its pinned version, `claude@2.1.332` in this
 * one, to see whether a newer release still is what the adapters were written against.
 * @throws when npm fails, or a word is none of these
 */
export async function installAgents(words: readonly string[]): Promise<Installed> {
  const versions: Installed['versions'] = {};
  for (const word of words) {
    const [agent = '', asked] = word.split('@');
    if (!isInstallable(agent)) throw new Error(`${word}: not one of ${Object.keys(PINNED).join(', ')}`);
    const bin = binOf(agent);
    const folder = join(bin, '..', '..');
    await mkdir(folder, { recursive: true });
    const { package: name, version: pinned } = PINNED[agent];
    const version = asked ?? pinned;
    if (!(await versionOf(join(bin, agent)))?.includes(version))
      await execa('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`]);
    const answer = await versionOf(join(bin, agent));
    if (!answer?.includes(version))
      throw new Error(`${join(bin, agent)} --version: ${answer}, not ${version}`);
    versions[agent] = answer;
  }
  return { versions };
}

function isInstallable(agent: string): agent is Installable {
  return Object.hasOwn(PINNED, agent);
}

async function versionOf(program: string): Promise<string | null> {
  if (!existsSync(program)) return null;
  const { stdout } = await execa(program, ['--version'], { reject: false });
  return stdout.trim();
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replace(/^.*\/test\//, '/test/'))) {
  const words = process.argv.slice(2);
  const installed = await installAgents(words.length > 0 ? words : Object.keys(PINNED));
  for (const [agent, version] of Object.entries(installed.versions)) console.log(`${agent}: ${version}`);
}
