/**
 * The real agents, in the versions that the adapters were written against, in the ignored folder `.cache/agents`.
 * Run by itself it installs what is missing and prints what there is: `node .build/test/real/install.js [claude] [codex]`.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../helpers/root.js';

export const PINNED = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.330' },
  codex: { package: '@openai/codex', version: '0.169.0' },
} as const;

export type RealAgent = keyof typeof PINNED;

export interface Installed {
  /** The folder to put on PATH: it has the agents under their own names. */
  bin: string;
  /** What each program answers to `--version`. */
  versions: Partial<Record<RealAgent, string>>;
}

/** Installs the agents that are not there in their pinned version, by npm (some 370 MB each). @throws when npm fails */
export async function installAgents(agents: readonly RealAgent[]): Promise<Installed> {
  const folder = join(packageRoot, '.cache', 'agents');
  const bin = join(folder, 'node_modules', '.bin');
  await mkdir(folder, { recursive: true });
  const versions: Installed['versions'] = {};
  for (const agent of agents) {
    const { package: name, version } = PINNED[agent];
    if (!(await versionOf(join(bin, agent)))?.includes(version))
      await execa('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`]);
    const answer = await versionOf(join(bin, agent));
    if (!answer?.includes(version))
      throw new Error(`${join(bin, agent)} --version: ${answer}, not ${version}`);
    versions[agent] = answer;
  }
  return { bin, versions };
}

async function versionOf(program: string): Promise<string | null> {
  if (!existsSync(program)) return null;
  const { stdout } = await execa(program, ['--version'], { reject: false });
  return stdout.trim();
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replace(/^.*\/test\//, '/test/'))) {
  const asked = process.argv.slice(2).filter(word => word in PINNED) as RealAgent[];
  const installed = await installAgents(asked.length > 0 ? asked : ['claude', 'codex']);
  for (const [agent, version] of Object.entries(installed.versions)) console.log(`${agent}: ${version}`);
}
