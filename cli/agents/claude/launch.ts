/** How to start claude: arguments, environment and files. Pure. */
import { createHash } from 'node:crypto';
import { claudeChildVariables } from '../../domain/claude-variables.js';
import type { ConfigValue } from '../../domain/definition.js';
import { Failure } from '../../domain/failure.js';
import { EXIT } from '../../protocol.js';
import type { LaunchPlan, LaunchRequest } from '../agent.js';
import { type Argument, has, lastValue, readArguments, without } from './arguments.js';
import { settingsFile, settingsSource } from './settings.js';

/** By these a person says which conversation to go on with: then its id is learned from the SessionStart hook. */
const CHOOSES_CONVERSATION = ['--continue', '--resume', '--session-id', '--from-pr', '--teleport', '--cloud'];

/** Flags of which ours and theirs become one, since claude takes only the last of each. */
const MERGED = ['--settings', '--append-system-prompt', '--append-system-prompt-file'];

/** The files that a person's own arguments name and that must be merged with ours. */
export function launchReads(request: Omit<LaunchRequest, 'files'>): string[] {
  const theirs = readArguments(request.definition.args);
  return [settingsPath(request, theirs), promptPath(request, theirs)].filter(path => path !== null);
}

/** @throws Failure when a file named in the person's arguments is missing, or is not what it should be */
export function launchPlan(program: string, request: LaunchRequest): LaunchPlan {
  const { definition, folder } = request;
  const theirs = readArguments(definition.args);
  const files = [
    {
      path: `${folder}/settings.json`,
      content: settingsFile(request.places, theirSettings(request, theirs)),
    },
  ];
  const argv = [program];

  const conversation = request.resume ? definition.conversation : chosenConversation(request, theirs);
  if (request.resume && conversation) argv.push('--resume', conversation);
  else if (conversation && !choosesConversation(request, theirs)) argv.push('--session-id', conversation);

  if (!has(theirs, '--name')) argv.push('--name', definition.name);
  argv.push('--settings', `${folder}/settings.json`);
  const systemPrompt = joined(request.systemPrompt, theirSystemPrompt(request, theirs));
  if (systemPrompt) argv.push('--append-system-prompt', systemPrompt);
  if (hasServer(request)) {
    files.push({ path: `${folder}/mcp.json`, content: mcpFile(request.places.mcp) });
    argv.push('--mcp-config', `${folder}/mcp.json`);
  }
  argv.push(...configFlags(definition.config, theirs));
  argv.push(...theirWords(theirs, request.begun));
  if (request.prompt !== null) argv.push('--', request.prompt);

  const env = { ACTOR_HOME: request.places.home, ACTOR_NAME: definition.name, ACTOR_LAUNCH: request.launch };
  return { argv, env, unset: unsetFor(request), files, conversation };
}

/** May a first prompt stand behind these arguments? Not behind a prompt of the person's own. */
export function leavesRoomForPrompt(args: readonly string[]): boolean {
  return readArguments(args).every(argument => argument.flag !== null);
}

/** What claude would use before a subscription that the person is logged in to (its page on authentication). */
const API_KEYS = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'];

function unsetFor({ definition, env }: LaunchRequest): string[] {
  return [...claudeChildVariables(env), ...(definition.useSubscription ? API_KEYS : [])];
}

/** Mains, and sessions whose role coordinates, have actor's MCP server. */
function hasServer(request: LaunchRequest): boolean {
  return request.definition.main || request.definition.coordinator;
}

/** `alwaysLoad`: else claude only lists the tools' names and the model must search before it can call one. */
function mcpFile(mcp: string[]): string {
  const [command, ...args] = mcp;
  return `${JSON.stringify({ mcpServers: { actor: { command, args, alwaysLoad: true } } }, null, 2)}\n`;
}

function choosesConversation({ begun }: LaunchRequest, theirs: Argument[]): boolean {
  return !begun && has(theirs, ...CHOOSES_CONVERSATION);
}

/** The id of a new conversation. From the launch, so that the plan is the same however often it is made. */
function chosenConversation(request: LaunchRequest, theirs: Argument[]): string | null {
  if (choosesConversation(request, theirs)) return lastValue(theirs, '--session-id');
  const { definition, places, launch } = request;
  const hex = createHash('sha256')
    .update(JSON.stringify([places.home, definition.name, launch]))
    .digest('hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The person's words that go along. */
function theirWords(theirs: Argument[], begun: boolean): string[] {
  if (!begun) return without(theirs, ...MERGED);
  const options = theirs.filter(argument => argument.flag !== null);
  return without(options, ...MERGED, ...CHOOSES_CONVERSATION, '--fork-session');
}

/** `permission-mode="auto"` → `--permission-mode auto`; true → the bare flag; false → nothing. Their own flags go first. */
function configFlags(config: Record<string, ConfigValue>, theirs: Argument[]): string[] {
  return Object.entries(config)
    .filter(([key, value]) => value !== false && !has(theirs, `--${key}`))
    .flatMap(([key, value]) => (value === true ? [`--${key}`] : [`--${key}`, String(value)]));
}

function joined(...texts: (string | null)[]): string | null {
  return texts.filter(text => text !== null && text !== '').join('\n\n') || null;
}

type Asked = Omit<LaunchRequest, 'files'>;

function settingsPath(request: Asked, theirs: Argument[]): string | null {
  const value = lastValue(theirs, '--settings');
  if (value === null) return null;
  const source = settingsSource(value, request.definition.dir, request.env.HOME ?? '');
  return 'path' in source ? source.path : null;
}

function theirSettings(request: LaunchRequest, theirs: Argument[]): string | null {
  const path = settingsPath(request, theirs);
  return path === null ? lastValue(theirs, '--settings') : content(request, path, '--settings');
}

function promptPath(request: Asked, theirs: Argument[]): string | null {
  const value = lastValue(theirs, '--append-system-prompt-file');
  if (value === null) return null;
  return value.startsWith('/') ? value : `${request.definition.dir}/${value}`;
}

function theirSystemPrompt(request: LaunchRequest, theirs: Argument[]): string | null {
  const path = promptPath(request, theirs);
  const text = lastValue(theirs, '--append-system-prompt');
  return joined(text, path === null ? null : content(request, path, '--append-system-prompt-file'));
}

function content(request: LaunchRequest, path: string, flag: string): string {
  const text = request.files[path];
  if (text === null || text === undefined)
    throw new Failure(EXIT.usage, `the file of ${flag} cannot be read: ${path}`);
  return text;
}
