/**
 * The daemon's life: become the owner of the home, read the journal, find out what happened while nobody looked, listen,
 * and go when nobody needs it any more. Killing it at any moment costs nothing: all state is in the journal, the agents live in
 * the tmux server, and their hooks write files whether it lives or not.
 */
import { rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import path from 'node:path';
import { listClients } from '../../tmux/clients.js';
import { Tmux } from '../../tmux/tmux.js';
import type { Agent } from '../agents/agent.js';
import { customAgent } from '../agents/custom.js';
import { agents } from '../agents/registry.js';
import { Failure } from '../domain/failure.js';
import type { Session } from '../domain/world.js';
import { claimOwnership, leaveOwnership } from '../owner.js';
import { EXIT, type Leaving } from '../protocol.js';
import { ensurePrivateFolder } from '../store/files.js';
import { Journal } from '../store/journal.js';
import { AfterRun } from './after-run.js';
import { Checkouts } from './checkouts.js';
import type { Daemon } from './context.js';
import { Hooks } from './hooks.js';
import { Inputs } from './inputs/inputs.js';
import { Watcher } from './inputs/watcher.js';
import { Ledger } from './ledger.js';
import { openLog } from './log.js';
import { Looks } from './looks.js';
import { Notifier } from './notifier.js';
import { homePlaces, packageRoot } from './places.js';
import { Post } from './post/post.js';
import { PullRequests } from './pull-requests.js';
import { reconcile } from './reconcile.js';
import { Roster } from './roster.js';
import { listen } from './socket.js';
import { StatusLine } from './status-line.js';
import { Worker } from './worker.js';

/** It ends by itself this long after the last agent and the last client are gone, in milliseconds. */
const IDLE_END = Number(process.env.ACTOR_IDLE_END ?? 10 * 60_000);

/**
 * Runs the daemon of this home until it ends; returns at once when another process is the daemon, or was since the `vacancy`
 * (the generation before this one, null: any) for which this one was started.
 */
export async function run(home: string, vacancy: number | null): Promise<void> {
  const startedAt = Date.now();
  const places = homePlaces(home);
  for (const folder of [
    home,
    places.sessions,
    places.worktrees,
    places.journal,
    places.inbox,
    places.mail,
    places.run,
  ])
    ensurePrivateFolder(folder);
  if (!claimOwnership(places.owner, vacancy)) return;
  writeFileSync(places.pidFile, `${process.pid}\n`, { mode: 0o600 });

  const log = openLog(home);
  process.on('uncaughtException', error => log('uncaught', error));
  process.on('unhandledRejection', error => log('unhandled', error));
  const journal = new Journal(places.journal);
  const ledger = new Ledger(journal);
  for (const problem of journal.problems) log(problem);
  log(
    `started, pid ${process.pid}, ${ledger.world.sessions.size} sessions, ${ledger.world.lastEvent} events`,
  );

  const root = packageRoot();
  /** By the session itself: another one may come to its name. */
  const workers = new WeakMap<Session, Worker>();
  const clients = new Set<Socket>();
  let server: Server | null = null;
  let isEnding = false;
  const daemon: Daemon = {
    places,
    agentPlaces: {
      home,
      hooks: path.join(root, 'hooks'),
      templates: path.join(root, 'templates'),
      mcp: [process.execPath, path.join(root, 'dist', 'mcp.mjs')],
    },
    ledger,
    journal,
    tmux: new Tmux({
      socket: places.tmuxSocket,
      config: path.join(root, 'templates', 'tmux.conf'),
      userConfig: places.userTmuxConfig,
    }),
    log,
    watcher: new Watcher(error => log('watch', error)),
    get hooks() {
      return hooks;
    },
    get afterRun() {
      return afterRun;
    },
    agentOf: session => agentOf(session),
    workerOf(session) {
      let worker = workers.get(session);
      if (!worker) {
        worker = new Worker(daemon, session);
        workers.set(session, worker);
      }
      return worker;
    },
    fileProblems: [],
    filed: new Map(),
    facts: new Map(),
    areFactsFresh: session => checkouts.isFresh(session),
    doors: new Map(),
    poke: {
      inbox: () => inputs.pokeInbox(),
      panes: () => inputs.pokePanes(),
      deliveries: () => post.poke(),
      looks: () => looks.poke(),
      checkout: session => checkouts.hint(session),
      facts() {
        checkouts.hintAll();
        pullRequests.look();
      },
      windows: () => statusLine.windowClosed(),
    },
    drain: () => inputs.drain(),
    settleUnclaimed: launch => post.settleUnclaimed(launch),
    roster: session => roster.write(session, true),
    refused: (token, why) => post.refused(token, why),
    shutdown(why, leaves = 'for good') {
      if (isEnding) return;
      isEnding = true;
      log(`ends: ${why}`);
      end(leaves);
    },
    isReconciled: false,
    startsNothing: false,
    startedAt,
  };
  const hooks = new Hooks(daemon);
  const afterRun = new AfterRun(daemon);
  const post = new Post(daemon);
  new Notifier(daemon);
  const inputs = new Inputs(daemon);
  const checkouts = new Checkouts(daemon);
  const pullRequests = new PullRequests(daemon);
  const statusLine = new StatusLine(daemon);
  const looks = new Looks(daemon);
  const roster = new Roster(daemon);

  function end(leaves: Leaving): void {
    try {
      leaveOwnership(places.owner, leaves);
    } catch (error) {
      // A full disk: it ends all the same.
      log('leave', error);
    }
    server?.close();
    rmSync(places.socket, { force: true });
    inputs.close();
    hooks.end();
    // What is being answered is answered; a client that only follows is cut off and finds the next daemon.
    setTimeout(() => {
      for (const client of clients) client.destroy();
      rmSync(places.pidFile, { force: true });
      journal.close();
      process.exit(0);
    }, 100);
  }

  await reconcile(daemon, inputs, post);
  ledger.onChange(() => {
    statusLine.poke();
    roster.poke();
    checkouts.poke();
    pullRequests.poke();
  });
  ledger.onEvent(event => {
    if (ledger.world.sessions.get(event.session)?.unread) looks.poke();
  });
  statusLine.poke();
  checkouts.poke();
  looks.poke();
  server = await listen(daemon, places.socket, clients);
  process.on('SIGTERM', () => daemon.shutdown('SIGTERM'));
  process.on('SIGINT', () => daemon.shutdown('SIGINT'));

  let busyAt = performance.now();
  setInterval(
    () => {
      void isNeeded(daemon, clients).then(needed => {
        if (needed) busyAt = performance.now();
        else if (performance.now() - busyAt >= IDLE_END) daemon.shutdown('nobody needs it');
      });
    },
    Math.min(30_000, Math.max(100, IDLE_END / 4)),
  ).unref();
}

async function isNeeded(daemon: Daemon, clients: Set<Socket>): Promise<boolean> {
  if (clients.size > 0 || daemon.hooks.isBusy) return true;
  for (const session of daemon.ledger.world.sessions.values()) if (session.launch) return true;
  return (await listClients(daemon.tmux).catch(() => [])).length > 0;
}

function agentOf(session: Session): Agent {
  const { name, agent, custom } = session.definition;
  const known = agents[agent] ?? (custom && customAgent(agent, custom));
  if (!known) throw new Failure(EXIT.usage, `${name} has an agent that is not known: ${agent}`);
  return known;
}
