/** Starts a session's agent in a window of its own. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openWindow } from '../../../tmux/window.js';
import type { LaunchPlan } from '../../agents/agent.js';
import { eventRecord } from '../../domain/event.js';
import { Failure } from '../../domain/failure.js';
import { nextAct } from '../../domain/next.js';
import type { Prompt, Session } from '../../domain/world.js';
import { EXIT } from '../../protocol.js';
import type { Daemon } from '../context.js';
import { isRecorded } from '../conversation.js';
import { saveDefinition, takeInEdit } from '../definitions.js';
import { callerEnvironment, forgetEnvironment } from '../environment.js';
import { point } from '../fault.js';
import { Mail } from '../post/mail.js';
import { KEPT_ENVIRONMENT, launchFolder } from '../running.js';
import { systemPromptOf } from '../system-prompt.js';
import { ensureServer } from '../tmux-server.js';
import type { Worker } from '../worker.js';
import { launchScript } from './launch-script.js';

/**
 * Starts the agent of this worker's session, with `prompt` in its argv if it takes it there; does nothing when that is not the
 * next one any more by then.
 * @throws Failure when the program is missing or tmux refuses; the session is then as it was.
 */
export async function launchAgent(daemon: Daemon, worker: Worker, prompt: Prompt | null): Promise<void> {
  const session = worker.session;
  if (!session || session.launch) return;
  takeInEdit(daemon, session.definition.name);
  const { definition } = session;
  const { name } = definition;
  const agent = daemon.agentOf(session);
  const env = callerEnvironment(daemon, name);
  requireProgram(agent.program, env.PATH ?? '');
  if (!existsSync(definition.dir))
    throw new Failure(
      EXIT.failed,
      `the directory of ${name} is gone: ${definition.dir}`,
      `actor discard ${name}`,
    );

  const launch = `${randomBytes(5).toString('hex')}`;
  const folder = launchFolder(daemon, launch);
  const passed = prompt && !prompt.slash && agent.takesFirstPrompt(prompt.text, definition) ? prompt : null;
  const begun = session.turns > 0 && (definition.conversation !== null || agent.remembers === true);
  const { conversation: id } = definition;
  const record = begun && id !== null ? agent.conversationRecord?.(id, definition, env) : undefined;
  const resume = begun && (id === null || !record || (await isRecorded(id, record)));
  // That can take a while, in which a prompt is dropped, or held.
  if (prompt && nextAct(session, false).prompt !== prompt) return;
  // Whoever asked for it asks the next daemon.
  if (daemon.startsNothing) return new Promise(() => {});
  daemon.ledger.commit([
    {
      kind: 'launching',
      session: name,
      launch,
      prompt: passed?.id ?? null,
      resume,
    },
  ]);
  point('after-launching');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const request = {
      definition,
      places: daemon.agentPlaces,
      launch,
      folder,
      env,
      resume,
      begun,
      prompt: passed?.text ?? null,
      systemPrompt: systemPromptOf(daemon, definition),
    };
    const files = Object.fromEntries(agent.launchReads(request).map(file => [file, readIfThere(file)]));
    const plan = agent.launch({ ...request, files });
    const script = writeLaunch(daemon, session, folder, launch, env, plan);
    new Mail(daemon.places.mail).clear(name);
    daemon.roster(session);
    await ensureServer(daemon);
    const opened = await openWindow(daemon.tmux, {
      name: windowName(name),
      dir: definition.dir,
      argv: ['/bin/sh', script],
      options: { '@actor_name': name, '@actor_launch': launch, '@actor_main': definition.main ? '1' : '' },
      // One that shows the last screen of an agent that is gone.
      replaces: '@actor_name',
      ...(plan.pipe === undefined ? {} : { pipe: plan.pipe }),
    });
    point('after-window');
    daemon.ledger.commit([
      { kind: 'launched', session: name, launch, ...opened },
      ...(plan.conversation !== null && plan.conversation !== definition.conversation
        ? [{ kind: 'conversation' as const, session: name, id: plan.conversation, transcript: null }]
        : []),
      eventRecord(daemon.ledger.world, session, 'its window', {
        type: 'started',
        ...(begun && !resume ? { message: 'its conversation is not there any more: a new one' } : {}),
      }),
    ]);
  } catch (error) {
    daemon.ledger.commit([{ kind: 'launch-failed', session: name, launch }]);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  saveDefinition(daemon, name);
  forgetEnvironment(daemon, name);
  worker.adopt();
  worker.running?.readTails();
  daemon.poke.inbox();
}

/** Is `program` an executable file in one of these folders? */
export function isInPath(program: string, searchPath: string): boolean {
  const candidates = program.includes('/')
    ? [program]
    : searchPath.split(path.delimiter).map(folder => path.join(folder, program));
  return candidates.some(file => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** @throws Failure when the agent's program is not installed. */
export function requireProgram(program: string, searchPath: string): void {
  if (!isInPath(program, searchPath))
    throw new Failure(EXIT.failed, `${program} is not installed (not found in PATH)`, 'actor doctor');
}

function writeLaunch(
  daemon: Daemon,
  session: Session,
  folder: string,
  launch: string,
  env: Record<string, string>,
  plan: LaunchPlan,
): string {
  for (const { path: file, content } of plan.files) writeFileSync(file, content, { mode: 0o600 });
  const kept = { ...env, ...plan.env };
  writeFileSync(
    path.join(folder, 'environment.json'),
    JSON.stringify(
      Object.fromEntries(KEPT_ENVIRONMENT.flatMap(key => (kept[key] ? [[key, kept[key]]] : []))),
    ),
    { mode: 0o600 },
  );
  const script = path.join(folder, 'launch.sh');
  const { definition } = session;
  writeFileSync(
    script,
    launchScript({
      argv: plan.argv,
      unset: plan.unset,
      env: {
        ...env,
        ...plan.env,
        ACTOR_HOME: daemon.places.home,
        ACTOR_NAME: definition.name,
        ACTOR_LAUNCH: launch,
        ACTOR_DIR: definition.dir,
        ...(definition.repo ? { ACTOR_REPO: definition.repo } : {}),
        ...(definition.branch ? { ACTOR_BRANCH: definition.branch } : {}),
        ...(definition.base ? { ACTOR_BASE: definition.base.ref } : {}),
        ACTOR_AGENT: definition.agent,
      },
    }),
    { mode: 0o600 },
  );
  return script;
}

/** tmux expands formats in a window's name, and dots and colons mislead its targets: plain letters only. */
function windowName(name: string): string {
  return name.replace(/[^A-Za-z0-9-]/g, '-');
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
