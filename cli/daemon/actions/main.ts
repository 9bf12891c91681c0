/** `actor claude`, `actor shell`: main of this directory's repository, found or started. */
import path from 'node:path';
import type { ConfigValue, Definition } from '../../domain/definition.js';
import { eventRecord, mainOf } from '../../domain/event.js';
import { Failure } from '../../domain/failure.js';
import { firstFreeName, isMainName, isValidName, NAME_RULE, nameFromText } from '../../domain/names.js';
import { resolve } from '../../domain/resolve.js';
import { newSession, type Session } from '../../domain/world.js';
import { Git } from '../../git/git.js';
import { describeRepository } from '../../git/repository.js';
import { EXIT } from '../../protocol.js';
import { launchAgent, requireProgram } from '../acts/launch.js';
import { type Daemon, findSession } from '../context.js';
import { saveDefinition, takeInEdit } from '../definitions.js';
import { keepEnvironment } from '../environment.js';
import { noticesOf, settingsFor } from '../settings.js';
import { isBuiltIn, MAIN_ROLE } from '../system-prompt.js';
import { viewFor } from '../views.js';
import { type Action, agentOfKind } from './action.js';
import { CHANGED_BY_HAND } from './config.js';

export const main: Action<'main'> = async (daemon, { request, notice }) => {
  const { params, caller } = request;
  const env = caller.env ?? {};
  const { agent } = agentOfKind(params.agent);
  const repository = await describeRepository(new Git(env), caller.cwd);
  const repo = repository && !repository.bare ? repository.root : null;
  const place = { repo, dir: caller.cwd };
  const known = mainOf(daemon.ledger.world, place);
  if (params.name !== null) requireItsName(daemon, params.name, known);
  if (known?.launch) return { name: known.definition.name, started: false, session: viewFor(daemon, known) };
  requireProgram(agent.program, env.PATH ?? '');
  if (known) takeInEdit(daemon, known.definition.name);

  const name = known?.definition.name ?? params.name ?? mainName(daemon, place);
  const settings = settingsFor(daemon, repo);
  for (const text of noticesOf(settings)) notice(text);
  const role = params.role ?? MAIN_ROLE;
  const resolved = resolve(
    settings.layers,
    { agent: agent.kind, role, config: changedByHand(known?.definition) },
    null,
  );
  const definition: Definition = {
    name,
    agent: agent.kind,
    custom: null,
    main: true,
    // A new agent begins a new conversation; what waits for main comes to it as its first message.
    conversation: null,
    dir: caller.cwd,
    repo,
    branch: repository?.head.branch ?? null,
    base: null,
    worktree: false,
    parent: null,
    role,
    purpose: known?.definition.purpose ?? null,
    prompt: isBuiltIn(resolved) ? null : resolved.prompt,
    coordinator: true,
    useSubscription: resolved.useSubscription,
    config: resolved.config,
    sources: { ...resolved.sources, ...handSources(known?.definition) },
    args: params.args,
    created: known?.definition.created ?? new Date().toISOString(),
  };
  daemon.ledger.commit([{ kind: 'defined', definition }]);
  if (!known)
    daemon.ledger.commit([
      eventRecord(daemon.ledger.world, newSession(definition, Date.now()), 'actor', { type: 'created' }),
    ]);
  saveDefinition(daemon, name);
  keepEnvironment(daemon, name, caller.env);
  const session = daemon.ledger.world.sessions.get(name)!;
  const worker = daemon.workerOf(session);
  await worker.exclusive(() => launchAgent(daemon, worker, null));
  return { name, started: true, session: viewFor(daemon, session) };
};

/** Is this what the main of the place is called, or may be? @throws Failure (exit 2) when it is not */
function requireItsName(daemon: Daemon, wanted: string, known: Session | undefined): void {
  const named = findSession(daemon, wanted);
  if (named && named !== known) {
    const { name, main, repo, dir } = named.definition;
    throw new Failure(
      EXIT.usage,
      main ? `${name} is the main of ${repo ?? dir}` : `${name} is a session, no main`,
      `actor attach ${name}`,
    );
  }
  requireMainName(wanted);
  if (known && !named) {
    const { name, repo } = known.definition;
    const place = repo === null ? 'directory' : 'repository';
    throw new Failure(EXIT.usage, `the main of this ${place} is ${name}`, `actor attach ${name}`);
  }
}

/** What `actor config` has changed stays when main is started anew; all else is read from the settings again. */
function changedByHand(known: Definition | undefined): Record<string, ConfigValue> {
  if (!known) return {};
  return Object.fromEntries(
    Object.entries(known.config).filter(([key]) => known.sources[key] === CHANGED_BY_HAND),
  );
}

function handSources(known: Definition | undefined): Record<string, string> {
  return Object.fromEntries(Object.keys(changedByHand(known)).map(key => [key, CHANGED_BY_HAND]));
}

/** The first main of a home is `main`, those of other repositories are called after them. */
function mainName(daemon: Daemon, place: { repo: string | null; dir: string }): string {
  const isTaken = (candidate: string) => findSession(daemon, candidate) !== undefined;
  if (!isTaken('main')) return 'main';
  const base = path.basename(place.repo ?? place.dir);
  const suffix = isValidName(`main-${base}`) ? base : (nameFromText(base) ?? 'other');
  return firstFreeName(`main-${suffix}`, isTaken);
}

function requireMainName(name: string): void {
  if (!isValidName(name))
    throw new Failure(EXIT.usage, `${JSON.stringify(name)} is no session name: ${NAME_RULE}`);
  if (!isMainName(name))
    throw new Failure(EXIT.usage, `a main is called main or main-…, not ${name}`, `--name main-${name}`);
}
