/**
 * How to start codex: embedded, so that its processes, hooks and environment are those of its window. Any `-c` makes it so;
 * without one it would talk to a daemon that all codexes share, with the environment of whichever came first. Pure.
 */
import { parse } from 'smol-toml';
import type { ConfigValue } from '../../domain/definition.js';
import { Failure } from '../../domain/failure.js';
import { EXIT } from '../../protocol.js';
import type { LaunchPlan, LaunchRequest } from '../agent.js';
import { asArray, asRecord, asString, type JsonRecord } from '../json.js';
import { type Arguments, configured, has, readArguments } from './arguments.js';
import { hookArguments } from './hooks.js';
import { configFile } from './places.js';
import { type TomlValue, toToml } from './toml.js';

/** Settings with an option of their own; every other key is one of codex's configuration (`-c key=value`). */
const OPTIONS = new Set(['model', 'sandbox', 'profile', 'ask-for-approval', 'add-dir', 'search', 'oss']);
const WRITABLE_ROOTS = 'sandbox_workspace_write.writable_roots';
/** What claude calls otherwise, so that a setting for both kinds of agents works for both. */
const RENAMED: Record<string, string> = { effort: 'model_reasoning_effort' };

/** Names of variables that codex can pass on. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What codex would use before a subscription that the person is logged in to. */
const API_KEYS = ['OPENAI_API_KEY', 'CODEX_API_KEY'];

/** The user's configuration, which may have instructions of its own; and where the worktree's repository is. */
export function launchReads({ env, definition }: Omit<LaunchRequest, 'files'>): string[] {
  return [configFile(env), ...(definition.worktree ? [`${definition.dir}/.git`] : [])];
}

/** @throws Failure when the person's own arguments ask for something else than an interactive codex here */
export function launchPlan(program: string, request: LaunchRequest): LaunchPlan {
  const { definition, env, resume, begun } = request;
  const theirs = readArguments(definition.args);
  requireInteractive(theirs);
  const own = { ACTOR_HOME: request.places.home, ACTOR_NAME: definition.name, ACTOR_LAUNCH: request.launch };
  const unset = definition.useSubscription ? API_KEYS : [];
  const argv = [program];
  const continued = resume ? definition.conversation : null;
  if (continued !== null) argv.push('resume');
  else if (theirs.subcommand !== null && !begun) argv.push(theirs.subcommand);

  argv.push(...configArguments(definition.config, theirs));
  const instructions = joined(request.systemPrompt, theirInstructions(request, theirs));
  const names = Object.keys({ ...env, ...own }).filter(name => !unset.includes(name));
  // The person's options stand before ours where ours hold theirs as well.
  argv.push(...theirs.options.filter(each => !isInstructions(each.values[0])).flatMap(each => each.parts));
  argv.push(...writableRoots(request, theirs));
  if (instructions !== null) argv.push('-c', `developer_instructions=${toToml(instructions)}`);
  if (definition.main || definition.coordinator)
    argv.push('-c', `mcp_servers.actor=${toToml(server(request.places.mcp, names))}`);
  argv.push('-c', 'check_for_update_on_startup=false', ...hookArguments(request.places.hooks));

  const words = continued !== null ? [continued] : begun ? [] : [...theirs.positionals];
  if (request.prompt !== null) words.push(request.prompt);
  if (words.length > 0) argv.push('--', ...words);
  return { argv, env: own, unset, files: [], conversation: null };
}

/** May a first prompt stand behind these arguments? Not behind a prompt of the person's own, nor a choice yet to be made. */
export function leavesRoomForPrompt(args: readonly string[]): boolean {
  const { subcommand, positionals } = readArguments(args);
  return subcommand === null && positionals.length === 0;
}

function requireInteractive(theirs: Arguments): void {
  if (theirs.other !== null)
    throw new Failure(EXIT.usage, `codex ${theirs.other} is no session`, `codex ${theirs.other}`);
  if (has(theirs, '--remote'))
    throw new Failure(EXIT.usage, 'codex --remote runs its turns elsewhere, where actor cannot hear of them');
}

/**
 * Codex starts servers with a few variables only: the others are passed on by their names, so that no value stands in
 * an argument. What it is asked to do by this server, it does without a dialog: the person started a coordinator. Required,
 * since a first prompt in the arguments does not wait for a server that is not: the model's first request lacks its tools.
 */
function server([command = '', ...args]: string[], names: string[]): TomlValue {
  return {
    command,
    args,
    env_vars: names.filter(name => VARIABLE.test(name)),
    default_tools_approval_mode: 'approve',
    required: true,
    startup_timeout_sec: 60,
  };
}

/**
 * In a worktree, a commit writes into the repository, which stands elsewhere, and into the folder that it has for the worktree.
 * Codex keeps the latter from being written, as the target of `.git`, unless it is named itself (found out with its sandbox).
 * Not by `--add-dir`: with a sandbox that allows no writing at all, codex does not start then.
 */
function writableRoots(request: LaunchRequest, theirs: Arguments): string[] {
  const { worktree, dir } = request.definition;
  const link = worktree ? request.files[`${dir}/.git`] : null;
  const [, folder, repository] = /^gitdir: ((.+)\/worktrees\/[^/\n]+)\n?$/.exec(link ?? '') ?? [];
  if (!folder || !repository) return [];
  // Codex takes the last list there is, so the person's own goes along.
  const given =
    configured(theirs, WRITABLE_ROOTS) ??
    asRecord(theirConfig(request).sandbox_workspace_write).writable_roots;
  const roots = [...asArray(given).filter(root => typeof root === 'string'), repository, folder];
  return ['-c', `${WRITABLE_ROOTS}=${toToml(roots)}`];
}

/** `sandbox="read-only"` → `--sandbox read-only`; `web_search=true` → `-c web_search=true`. Their own options go first. */
function configArguments(config: Record<string, ConfigValue>, theirs: Arguments): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const name = RENAMED[key] ?? key;
    if (has(theirs, `--${name}`) || configured(theirs, name) !== undefined) return [];
    if (!OPTIONS.has(name)) return ['-c', `${name}=${toToml(value)}`];
    if (value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
}

function isInstructions(value: string | undefined): boolean {
  return /^\s*developer_instructions\s*=/.test(value ?? '');
}

/** Of two, codex takes the one that is given by `-c`, so ours would replace the user's. */
function theirInstructions(request: LaunchRequest, theirs: Arguments): string | null {
  return asString(
    configured(theirs, 'developer_instructions') ?? theirConfig(request).developer_instructions,
  );
}

/** The user's config.toml; of one that is wrong codex says itself what is. */
function theirConfig({ env, files }: LaunchRequest): JsonRecord {
  try {
    return asRecord(parse(files[configFile(env)] ?? ''));
  } catch {
    return {};
  }
}

function joined(...texts: (string | null)[]): string | null {
  return texts.filter(text => text !== null && text !== '').join('\n\n') || null;
}
