/**
 * The real agents, in the versions that the adapters (and the definitions in `templates/agents`) were written against, in
 * ignored folders: `.cache/agents`, and `.cache/agents-<name>` for one that needs no code.
 * Run by itself it installs what is missing and prints what there is: `node .build/test/real/install.js [claude] [codex] [qwen]`.
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

/** Installs the agents that are not there in their pinned version, by npm (up to 370 MB each). @throws when npm fails */
export async function installAgents(agents: readonly Installable[]): Promise<Installed> {
  const versions: Installed['versions'] = {};
  for (const agent of agents) {
    const bin = binOf(agent);
    const folder = join(bin, '..', '..');
    await mkdir(folder, { recursive: true });
    const { package: name, version } = PINNED[agent];
    if (!(await versionOf(join(bin, agent)))?.includes(version))
      await execa('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`]);
    const answer = await versionOf(join(bin, agent));
    if (!answer?.includes(version))
      throw new Error(`${join(bin, agent)} --version: ${answer}, not ${version}`);
    versions[agent] = answer;
  }
  return { versions };
}

async function versionOf(program: string): Promise<string | null> {
  if (!existsSync(program)) return null;
  const { stdout } = await execa(program, ['--version'], { reject: false });
  return stdout.trim();
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replace(/^.*\/test\//, '/test/'))) {
  const asked = process.argv.slice(2).filter(word => word in PINNED) as Installable[];
  const installed = await installAgents(asked.length > 0 ? asked : ['claude', 'codex', 'qwen']);
  for (const [agent, version] of Object.entries(installed.versions)) console.log(`${agent}: ${version}`);
}
