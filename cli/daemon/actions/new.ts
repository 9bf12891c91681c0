/** `actor new`: worktree, branch, definition, and with a prompt the agent at work: all or nothing. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Definition } from '../../domain/definition.js';
import { eventRecord, mainOf } from '../../domain/event.js';
import { Failure } from '../../domain/failure.js';
import { type Asked, resolve } from '../../domain/resolve.js';
import { newSession, type Prompt, type Session } from '../../domain/world.js';
import { furnish } from '../../git/furnish.js';
import { Git } from '../../git/git.js';
import { describeRepository, type Repository } from '../../git/repository.js';
import { type CreatedWorktree, createWorktree, keepCreated, undoCreate } from '../../git/worktree.js';
import { EXIT, type Methods, type Request } from '../../protocol.js';
import { removeSession, saveSession } from '../../store/sessions.js';
import { endAgent } from '../acts/end.js';
import { launchAgent, requireProgram } from '../acts/launch.js';
import { checkPrompt } from '../acts/send.js';
import { type Daemon, findSession, isThere } from '../context.js';
import { forgetSession } from '../definitions.js';
import { forgetEnvironment, keepEnvironment, personEnvironment } from '../environment.js';
import { point } from '../fault.js';
import { withProgress } from '../progress.js';
import { furnishingFor, noticesOf, settingsFor } from '../settings.js';
import type { Exchange } from '../socket.js';
import { ensureServer } from '../tmux-server.js';
import { viewFor } from '../views.js';
import type { Worker } from '../worker.js';
import { type Action, agentOfKind } from './action.js';
import { promptOf, releaseName, reserveName } from './new-name.js';
import { requireOnStart } from './on-start.js';
import { acknowledgement, keepForHooks, turnOf } from './run.js';

type Params = Methods['new']['params'];

/** `new` waits so long for a before-run hook before it says that its prompt is queued, in milliseconds. */
const HOOK_PATIENCE = 1000;

export const create: Action<'new'> = async (daemon, given) => {
  const { params, caller } = given.request;
  const known = daemon.ledger.world.requests.get(params.key);
  const established = known && daemon.ledger.world.sessions.get(known.session);
  if (established) return goOn(daemon, established, known.prompt, given);
  const dir = directoryOf(params.dir ?? caller.cwd);
  const repository = await describeRepository(new Git(caller.env ?? {}), dir);
  const env = (await personEnvironment(daemon, caller, { repo: repository?.root ?? null, dir })) ?? {};
  const exchange = { ...given, request: { ...given.request, caller: { ...caller, env } } };
  const git = new Git(env);
  if (params.worktree) requireRepository(repository, dir, params);
  const repo = repository && !(repository.bare && !params.worktree) ? repository.root : null;
  const settings = settingsFor(daemon, repo);
  for (const text of noticesOf(settings)) exchange.notice(text);
  const resolved = resolve(
    settings.layers,
    askedOf(params),
    mainOf(daemon.ledger.world, { repo, dir })?.definition.agent ?? null,
  );
  const { agent, custom } = agentOfKind(resolved.agent, settings.layers);
  requireProgram(agent.program, env.PATH ?? '');
  const problem = params.prompt === null ? null : await checkPrompt(agent, params.prompt, env);
  if (problem !== null) throw new Failure(EXIT.usage, `${agent.program} cannot run this prompt: ${problem}`);

  const maker = caller.session === null ? null : (findSession(daemon, caller.session) ?? null);
  const name = await reserveName(daemon, git, params, repo);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const made =
      params.worktree && repo !== null
        ? await makeWorktree(daemon, git, { name, repo, dir, repository }, exchange)
        : null;
    if (made) undo.push(() => undoCreate(git, made));
    point('after-worktree');
    const definition: Definition = {
      name,
      agent: agent.kind,
      custom,
      main: false,
      conversation: null,
      dir: made?.path ?? dir,
      repo,
      branch: made?.branch ?? repository?.head.branch ?? null,
      base: made?.base ?? null,
      worktree: made !== null,
      // Its maker may be discarded until it is on record.
      parent: null,
      role: params.role,
      purpose: params.purpose,
      prompt: resolved.prompt,
      coordinator: resolved.coordinator,
      useSubscription: resolved.useSubscription,
      config: resolved.config,
      sources: resolved.sources,
      args: [],
      created: new Date().toISOString(),
    };
    if (made) await requireOnStart(daemon, definition, exchange);
    // Until here it is taken back when nobody waits for it any more, by Ctrl-C say.
    exchange.signal.throwIfAborted();
    const parent = parentOf(daemon, maker, { repo, dir });
    const session = await establish(daemon, { ...definition, parent }, params.key, undo);
    if (made) await keepCreated(made);
    if (params.prompt === null) return { ...viewFor(daemon, session), run: null };
    const prompt = submit(daemon, session, params.prompt, exchange.request);
    const worker = daemon.workerOf(session);
    const [first] = session.queue;
    if (first && (await isAdmitted(worker, session, first)))
      await worker.exclusive(() => launchAgent(daemon, worker, first));
    // From here on it is the session's own life: nothing is rolled back any more.
    undo.length = 0;
    return await goOn(daemon, session, prompt, exchange);
  } catch (error) {
    for (const step of undo.reverse())
      await step().catch(failure => daemon.log(`${name}: roll-back`, failure));
    throw error;
  } finally {
    releaseName(name);
  }
};

/** Has the before-run hook said yes to the first prompt? If it takes its time, the worker starts the agent later. */
async function isAdmitted({ admission }: Worker, session: Session, prompt: Prompt): Promise<boolean> {
  if (!admission.admits(session, prompt)) await admission.settled(HOOK_PATIENCE);
  return session.queue[0]?.id === prompt.id && admission.admits(session, prompt);
}

/** The first prompt on record. */
function submit(daemon: Daemon, session: Session, text: string, { params, caller }: Request<'new'>): string {
  const { name } = session.definition;
  const id = `p${daemon.ledger.world.lastPrompt + 1}`;
  keepEnvironment(daemon, name, caller.env);
  keepForHooks(daemon, session, id, caller.env);
  daemon.ledger.commit([
    { kind: 'prompt', session: name, id, text, first: false, slash: false, key: params.key },
  ]);
  point('after-queued');
  return id;
}

/** What becomes of a session that exists, whoever made it: this request, or the same one before its daemon died. */
async function goOn(daemon: Daemon, session: Session, known: string | null, exchange: Exchange<'new'>) {
  const { prompt, wait, timeout_ms } = exchange.request.params;
  const { name } = session.definition;
  if (prompt === null) return { ...viewFor(daemon, session), run: null };
  const id = known ?? submit(daemon, session, prompt, exchange.request);
  daemon.workerOf(session).poke();
  const run = { name, prompt_id: id, ...(await acknowledgement(daemon, session, id, 0, exchange)) };
  const turn = wait ? await turnOf(daemon, session, id, timeout_ms, exchange) : {};
  return { ...viewFor(daemon, session), run: { ...run, ...turn } };
}

/** On record: in the journal and in its own file. */
async function establish(
  daemon: Daemon,
  definition: Definition,
  key: string,
  undo: (() => Promise<unknown>)[],
): Promise<Session> {
  const { name } = definition;
  saveSession(daemon.places.sessions, definition);
  daemon.filed.set(name, definition);
  undo.push(async () => removeSession(daemon.places.sessions, name));
  const created = eventRecord(daemon.ledger.world, newSession(definition, Date.now()), 'actor new', {
    type: 'created',
  });
  daemon.ledger.commit([{ kind: 'defined', definition, key }, created]);
  undo.push(async () => {
    const session = daemon.ledger.world.sessions.get(name);
    if (!session) return;
    await endAgent(daemon, session);
    forgetSession(daemon, session, 'a failed creation');
    forgetEnvironment(daemon, name);
  });
  return daemon.ledger.world.sessions.get(name)!;
}

async function makeWorktree(
  daemon: Daemon,
  git: Git,
  at: { name: string; repo: string; dir: string; repository: Repository | null },
  { request: { params, caller }, notice, signal }: Exchange<'new'>,
): Promise<CreatedWorktree> {
  const { name, repo, dir, repository } = at;
  // The server's start hides behind git's work.
  const server = params.prompt === null ? Promise.resolve() : ensureServer(daemon);
  server.catch(() => {});
  const furnishing = furnishingFor(daemon, repo);
  const furnished: string[] = [];
  const made = await withProgress(notice, say => {
    say('checking out');
    return createWorktree(git, {
      repo,
      path: path.join(daemon.places.worktrees, name),
      branch: params.branch ?? name,
      base: params.base,
      from: dir,
      ...(repository === null ? {} : { repository }),
      signal,
      onProgress: percent => say(`checking out: ${percent} %`),
      furnish: async worktree => {
        const ending = new Git(caller.env ?? {}, signal);
        const places = { repo, path: worktree };
        furnished.push(...(await furnish(ending, places, furnishing, { onProgress: say, signal })));
        point('after-furnished');
      },
    });
  });
  for (const line of [made.notice, ...furnished]) notice(line);
  try {
    if (params.prompt !== null) await server;
  } catch (error) {
    await undoCreate(git, made);
    throw error;
  }
  return made;
}

function directoryOf(dir: string): string {
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw new Failure(EXIT.usage, `no such directory: ${dir}`);
  return realpathSync(dir);
}

function requireRepository(
  repository: Repository | null,
  dir: string,
  params: Params,
): asserts repository is Repository {
  if (!repository)
    throw new Failure(
      EXIT.refused,
      `${dir} is in no git repository, so there is nothing to make a worktree of`,
      `actor new --no-worktree${params.name === null ? '' : ` ${params.name}`}${promptOf(params)}`,
    );
}

/**
 * The session that asks is the parent, or, when it was discarded meanwhile, whoever its sessions went to; a person's sessions
 * belong to the main of the repository.
 */
function parentOf(
  daemon: Daemon,
  maker: Session | null,
  place: { repo: string | null; dir: string },
): string | null {
  const { world } = daemon.ledger;
  let parent = maker;
  while (parent && !isThere(daemon, parent))
    parent = world.sessions.get(parent.definition.parent ?? '') ?? null;
  return (parent ?? mainOf(world, place))?.definition.name ?? null;
}

function askedOf({ agent, role, config, model }: Params): Asked {
  return { agent, role, config: { ...config, ...(model === null ? {} : { model }) } };
}
