import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packageRoot } from '../helpers/root.js';

const PAYLOAD =
  '{"hook_event_name":"Stop","last_assistant_message":"a \\"b\\"\\n\\u0000 $(touch x) é","stop_hook_active":false}';

function world(t: ExecutionContext, folders = ['inbox', 'mail/fix']) {
  const home = mkdtempSync('/tmp/h-');
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true });
  const env = { PATH: process.env.PATH ?? '', ACTOR_HOME: home, ACTOR_NAME: 'fix', ACTOR_LAUNCH: 'L1' };
  const run = (
    script: string,
    event: string,
    input: string | Buffer = PAYLOAD,
    more: Record<string, string> = {},
  ) => {
    const done = spawnSync(join(packageRoot, 'hooks', script), [event], { input, env: { ...env, ...more } });
    return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
  };
  const pending = (...names: string[]) => {
    mkdirSync(join(home, 'mail', 'fix', 'pending'), { recursive: true });
    for (const name of names) writeFileSync(join(home, 'mail', 'fix', 'pending', name), `answer of ${name}`);
  };
  return { home, inbox: join(home, 'inbox'), mail: join(home, 'mail', 'fix'), run, pending };
}

const silent = { code: 0, out: '', err: '' };

test('an event becomes one private file: who speaks, then the payload byte for byte', t => {
  const { inbox, run } = world(t);
  const payload = Buffer.concat([Buffer.from(PAYLOAD), Buffer.from([0, 0xff, 0x0a, 0x27])]);
  t.deepEqual(run('agent-event.sh', 'Stop', payload), silent);
  const [file, ...others] = readdirSync(inbox);
  t.deepEqual(others, []);
  t.regex(file!, /^L1-Stop-\d+\.json$/);
  t.is(statSync(join(inbox, file!)).mode & 0o777, 0o600);
  const bytes = readFileSync(join(inbox, file!));
  const end = bytes.indexOf(0x0a);
  t.deepEqual(JSON.parse(bytes.subarray(0, end).toString()), {
    kind: 'agent',
    launch: 'L1',
    session: 'fix',
    event: 'Stop',
  });
  t.deepEqual(bytes.subarray(end + 1), payload);
});

test('many at once: a file each', t => {
  const { home, inbox } = world(t);
  const script = join(packageRoot, 'hooks', 'agent-event.sh');
  const env = {
    PATH: process.env.PATH ?? '',
    ACTOR_HOME: home,
    ACTOR_NAME: 'fix',
    ACTOR_LAUNCH: 'L1',
    SCRIPT: script,
  };
  execFileSync('/bin/sh', ['-c', 'for i in $(seq 40); do echo $i | "$SCRIPT" Stop & done; wait'], { env });
  const files = readdirSync(inbox);
  t.is(files.length, 40);
  const payloads = files.map(file => readFileSync(join(inbox, file), 'utf8').split('\n')[1]);
  t.is(new Set(payloads).size, 40);
});

test('it never fails its caller: no folder, no home, no launch, no space', t => {
  t.deepEqual(world(t, []).run('agent-event.sh', 'Stop'), silent);
  const { inbox, run } = world(t);
  for (const missing of ['ACTOR_HOME', 'ACTOR_LAUNCH'])
    t.deepEqual(run('agent-event.sh', 'Stop', PAYLOAD, { [missing]: '' }), silent);
  t.deepEqual(readdirSync(inbox), []);
  t.deepEqual(run('agent-event.sh', 'Stop', PAYLOAD, { ACTOR_HOME: '/dev/full' }), silent);
});

test('what could not be written whole is not left behind', t => {
  const { home, inbox } = world(t);
  const script = join(packageRoot, 'hooks', 'agent-event.sh');
  const env = {
    PATH: process.env.PATH ?? '',
    ACTOR_HOME: home,
    ACTOR_NAME: 'fix',
    ACTOR_LAUNCH: 'L1',
    SCRIPT: script,
  };
  // A limit on the size of files stands for a full disk: `cat` is ended in the middle of its work.
  const limited = 'ulimit -f 1; head -c 100000 /dev/zero | "$SCRIPT" Stop; echo $?';
  t.is(execFileSync('/bin/sh', ['-c', limited], { env }).toString(), '0\n');
  t.deepEqual(readdirSync(inbox), []);
});

test('waiting events are handed in once, by the answer for the hook that asks', t => {
  const { mail, run, pending } = world(t);
  t.deepEqual(run('agent-mail.sh', 'Stop'), silent);
  for (const [event, file] of [
    ['Stop', 'stop.json'],
    ['UserPromptSubmit', 'UserPromptSubmit.json'],
  ] as const) {
    pending('stop.json', 'UserPromptSubmit.json');
    t.deepEqual(run('agent-mail.sh', event), { ...silent, out: `answer of ${file}` });
    t.false(existsSync(join(mail, 'pending')));
    t.deepEqual(run('agent-mail.sh', event), silent);
  }
  t.is(readdirSync(mail).filter(name => /^claimed-L1-\d+$/.test(name)).length, 2);
});

test('of many hooks at once one hands in', t => {
  const { home, mail, pending } = world(t);
  pending('stop.json');
  const script = join(packageRoot, 'hooks', 'agent-mail.sh');
  const env = {
    PATH: process.env.PATH ?? '',
    ACTOR_HOME: home,
    ACTOR_NAME: 'fix',
    ACTOR_LAUNCH: 'L1',
    SCRIPT: script,
  };
  const out = execFileSync(
    '/bin/sh',
    ['-c', 'for i in $(seq 30); do "$SCRIPT" Stop </dev/null & done; wait'],
    { env },
  );
  t.is(out.toString(), 'answer of stop.json');
  t.is(readdirSync(mail).length, 1);
});

test('at its start an agent is told whom it coordinates, and no event', t => {
  const { mail, run, pending } = world(t);
  t.deepEqual(run('agent-mail.sh', 'SessionStart'), silent);
  pending('stop.json', 'UserPromptSubmit.json', 'SessionStart.json');
  writeFileSync(join(mail, 'roster.json'), 'the roster');
  for (let time = 0; time < 2; time++)
    t.deepEqual(run('agent-mail.sh', 'SessionStart'), { code: 0, out: 'the roster', err: '' });
  t.true(existsSync(join(mail, 'pending')));
});

test('a hook without an answer claims nothing', t => {
  const { mail, run, pending } = world(t);
  pending('stop.json');
  t.deepEqual(run('agent-mail.sh', 'SessionStart'), silent);
  t.true(existsSync(join(mail, 'pending')));
});

test('a Stop that follows a held one is not held again once the daemon forbids it', t => {
  const { mail, run, pending } = world(t);
  pending('stop.json', 'UserPromptSubmit.json');
  writeFileSync(join(mail, 'no-block'), '');
  const again = PAYLOAD.replace('"stop_hook_active":false', '"stop_hook_active":true');
  t.deepEqual(run('agent-mail.sh', 'Stop', again), silent);
  t.true(existsSync(join(mail, 'pending')));
  t.is(run('agent-mail.sh', 'UserPromptSubmit', again).out, 'answer of UserPromptSubmit.json');
  pending('stop.json');
  t.is(run('agent-mail.sh', 'Stop', PAYLOAD).out, 'answer of stop.json');
});
