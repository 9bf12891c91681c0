/** `actor daemon start|stop|restart|status|logs`. */
import { untilGone } from '../client/connect.js';
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { formatAge } from '../client/time.js';
import { Failure } from '../domain/failure.js';
import { type DaemonStatus, EXIT, type ExitCode, type Leaving } from '../protocol.js';
import { wholeNumber } from './numbers.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const [action] = input.positionals;
  const count = wholeNumber(input.value('count'), '--count');
  const follow = input.flag('follow');
  if (action !== 'logs' && (follow || count !== null))
    throw new UsageFailure(`--${follow ? 'follow' : 'count'} is for actor daemon logs`);
  switch (action) {
    case 'start':
      return start(input, context);
    case 'stop':
      return stop(input, context);
    case 'restart':
      await end(context, 'for another');
      return start(input, context);
    case 'logs': {
      if (input.flag('json')) throw new UsageFailure('--json is not for actor daemon logs: it is text');
      const { printDaemonLogs } = await import('./daemon-logs.js');
      return printDaemonLogs(context, count, follow);
    }
    default:
      return status(input, context);
  }
}

async function start(input: Input, { io, call }: Context): Promise<ExitCode> {
  const daemon = await call('status', {});
  if (input.flag('json')) io.json(daemon);
  else io.line(`running (pid ${daemon.pid})`);
  return EXIT.done;
}

async function stop(input: Input, context: Context): Promise<ExitCode> {
  const pid = await end(context, 'for good');
  if (input.flag('json')) context.io.json({ pid });
  else context.io.line(pid === null ? 'no daemon is running' : `ended (pid ${pid}); agents go on`);
  return EXIT.done;
}

/** Ends the daemon and waits until it is gone; its pid, null when none was running. */
async function end({ home, callRunning }: Context, leaves: Leaving): Promise<number | null> {
  const ended = await callRunning('shutdown', { leaves });
  if (!(await untilGone(home, ended?.pid ?? null)))
    throw new Failure(EXIT.failed, 'the daemon does not end', 'actor daemon status');
  return ended?.pid ?? null;
}

async function status(input: Input, { io, callRunning }: Context): Promise<ExitCode> {
  const daemon = await callRunning('status', {});
  if (input.flag('json')) io.json(daemon);
  else io.lines(daemon ? statusLines(daemon, Date.now()) : ['not running']);
  return daemon ? EXIT.done : EXIT.failed;
}

function statusLines(daemon: DaemonStatus, now: number): string[] {
  return [
    `running (pid ${daemon.pid}) for ${formatAge(daemon.started_at, now)}, build ${daemon.build}`,
    `home      ${daemon.home}`,
    `sessions  ${daemon.sessions} (${daemon.agents} with a running agent)`,
    `clients   ${daemon.clients}`,
    `events    ${daemon.events}`,
    `memory    ${Math.round(daemon.rss_bytes / 1024 / 1024)} MiB`,
  ];
}
