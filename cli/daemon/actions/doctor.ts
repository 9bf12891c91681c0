/** What `actor doctor` looks at, and what it says about it. Reads files; programs are run by the function that is handed in. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { agents } from '../../agents/registry.js';
import { Failure } from '../../domain/failure.js';
import type { DoctorFinding } from '../../protocol.js';
import { readIfThere } from '../../store/files.js';
import { loadAll } from '../../store/sessions.js';
import { parseSettings } from '../../store/settings.js';
import { homePlaces } from '../places.js';
import { codeOf, examineDisk, examineLimits, finding } from './doctor-machine.js';

export interface Examination {
  /** Absolute `$ACTOR_HOME`. */
  home: string;
  /** The settings file of the repository that the caller is in, whether it is there or not; null: they are in none. */
  project: string | null;
  /** The caller's environment: its PATH is where programs are looked for. */
  env: Readonly<Record<string, string | undefined>>;
  /** The program's standard output; null when it cannot be run or fails. */
  probe: (program: string, args: string[]) => Promise<string | null>;
  /** Where the kernel tells its limits; other places are for tests. */
  proc?: string;
  /** The version of Node this runs on; others are for tests. */
  node?: string;
}

/** A program that actor cannot do without, and the oldest version that it works with. */
interface Tool {
  topic: string;
  version: string[];
  oldest: readonly [number, number];
}

const TOOLS: readonly Tool[] = [
  { topic: 'tmux', version: ['-V'], oldest: [3, 2] },
  // 2.18 is the first whose `status` knows --no-renames.
  { topic: 'git', version: ['--version'], oldest: [2, 18] },
];

interface Extra {
  topic: string;
  purpose: string;
  fix: string;
  /** What actor knows of it was found out with this version: much of that is not documented, so an older one may differ. */
  tested?: readonly [number, number];
}

/** Programs that are used when they are there. */
const EXTRAS: readonly Extra[] = [
  {
    topic: 'claude',
    purpose: 'for sessions of claude',
    fix: 'npm install -g @anthropic-ai/claude-code',
    tested: [2, 1],
  },
  {
    topic: 'codex',
    purpose: 'for sessions of codex',
    fix: 'npm install -g @openai/codex',
    tested: [0, 169],
  },
  {
    topic: 'bash',
    purpose: 'for sessions of shell',
    fix: 'install bash with the package manager of this system',
  },
  { topic: 'gh', purpose: 'to show pull requests', fix: 'https://cli.github.com' },
];

const NODE_OLDEST = [20, 19] as const;
/** `sun_path` of unix(7) has 108 bytes, one of them ends it. */
const SOCKET_PATH_LIMIT = 107;

/** All findings, in the order in which they are to be read. Never rejects: what cannot be looked at is a finding as well. */
export async function examine(input: Examination): Promise<DoctorFinding[]> {
  const [tools, extras] = await Promise.all([
    Promise.all(TOOLS.map(tool => examineTool(tool, input))),
    Promise.all(EXTRAS.map(extra => examineExtra(extra, input))),
  ]);
  return [
    ...tools,
    examineNode(input),
    ...extras,
    examineHome(input.home),
    examineSocket(input.home),
    examineDisk(input.home),
    ...examineLimits(input.proc ?? '/proc'),
    examineSettings(homePlaces(input.home).settings, false),
    ...(input.project !== null && existsSync(input.project) ? [examineSettings(input.project, true)] : []),
    ...examineSessions(input.home),
  ];
}

async function examineTool({ topic, version, oldest }: Tool, { probe }: Examination): Promise<DoctorFinding> {
  const needed = oldest.join('.');
  const fix = `install ${topic} ${needed} or newer with the package manager of this system`;
  const output = await ask(probe, topic, version);
  if (output === null) return finding(topic, 'error', 'not found in PATH', fix);
  const found = versionOf(output);
  // A build from the sources may say `tmux master`.
  if (!found) return finding(topic, 'ok', output);
  if (isOlder(found, oldest)) return finding(topic, 'error', `${output} is older than ${needed}`, fix);
  return finding(topic, 'ok', output);
}

function examineNode({ node = process.versions.node }: Examination): DoctorFinding {
  const found = versionOf(node);
  if (!found || !isOlder(found, NODE_OLDEST)) return finding('node', 'ok', `node ${node}`);
  const needed = NODE_OLDEST.join('.');
  return finding('node', 'error', `node ${node} is older than ${needed}`, `install node ${needed} or newer`);
}

async function examineExtra(
  { topic, purpose, fix, tested }: Extra,
  { probe }: Examination,
): Promise<DoctorFinding> {
  const output = await ask(probe, topic, ['--version']);
  if (output === null) return finding(topic, 'note', `not found in PATH; needed only ${purpose}`, fix);
  const found = versionOf(output);
  if (tested && found && isOlder(found, tested)) {
    const needed = tested.join('.');
    return finding(topic, 'note', `${output} is older than ${needed}, with which actor is tested`, fix);
  }
  return finding(topic, 'ok', output);
}

/** The first line of what a program says. A probe that throws is one that found nothing. */
async function ask(probe: Examination['probe'], program: string, args: string[]): Promise<string | null> {
  try {
    const output = await probe(program, args);
    return output === null ? null : (output.trim().split('\n')[0] ?? '');
  } catch {
    return null;
  }
}

function versionOf(text: string): [number, number] | null {
  const found = /(\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2])] : null;
}

function isOlder([major, minor]: readonly [number, number], oldest: readonly [number, number]): boolean {
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function examineHome(home: string): DoctorFinding {
  try {
    const { uid, mode } = statSync(home);
    if (uid !== process.getuid?.())
      return finding(
        'home',
        'error',
        `${home} belongs to another user (uid ${uid})`,
        'ACTOR_HOME=<a folder of your own>',
      );
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
    if (mode & 0o077)
      return finding('home', 'warning', `${home} is open to other users`, `chmod 700 ${home}`);
    return finding('home', 'ok', home);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      return finding('home', 'note', `${home} is not there yet, it will be made`);
    return finding('home', 'error', `${home} cannot be used: ${codeOf(error)}`, `ls -ld ${home}`);
  }
}

function examineSocket(home: string): DoctorFinding {
  const { socket } = homePlaces(home);
  const bytes = Buffer.byteLength(socket);
  if (bytes <= SOCKET_PATH_LIMIT)
    return finding('socket', 'ok', `${socket} (${bytes} of ${SOCKET_PATH_LIMIT} bytes)`);
  const text = `${socket} has ${bytes} bytes, a unix socket's path has at most ${SOCKET_PATH_LIMIT}`;
  return finding('socket', 'error', text, 'ACTOR_HOME=<a shorter path>');
}

/** `isShared`: a repository's, which may hold less than a person's own. */
function examineSettings(file: string, isShared: boolean): DoctorFinding {
  try {
    parseSettings(readIfThere(file) ?? '', file, isShared);
    return finding('settings', 'ok', file);
  } catch (error) {
    return finding('settings', 'error', messageOf(error), `$EDITOR ${file}`);
  }
}

function examineSessions(home: string): DoctorFinding[] {
  const { sessions } = homePlaces(home);
  try {
    const { definitions, problems } = loadAll(sessions, Object.keys(agents));
    if (problems.length === 0) return [finding('sessions', 'ok', `${definitions.length} saved`)];
    return problems.map(({ file, line, column, message }) => {
      const place = line === null ? '' : `${file}:${line}:${column}: `;
      return finding('sessions', 'warning', `${place}${message}`, `$EDITOR ${file}`);
    });
  } catch (error) {
    return [finding('sessions', 'error', messageOf(error), `ls -l ${sessions}`)];
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  throw error;
}
