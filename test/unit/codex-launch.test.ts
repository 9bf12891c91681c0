import test from 'ava';
import { parse } from 'smol-toml';
import type { LaunchRequest } from '../../cli/agents/agent.js';
import { trustedHash } from '../../cli/agents/codex/hooks.js';
import { codex } from '../../cli/agents/codex.js';
import type { Definition } from '../../cli/domain/definition.js';
import { definitionOf } from '../helpers/definition.js';

const PLACES = {
  home: '/home/me/.actor',
  hooks: "/opt/it's here/hooks",
  templates: '/opt/templates',
  mcp: ['/usr/bin/node', '/opt/dist/mcp.mjs'],
};
const CONFIG = '/home/me/.codex/config.toml';

function plan(definition: Partial<Definition>, request: Partial<LaunchRequest> = {}) {
  return codex.launch({
    definition: definitionOf({ name: 'fix', agent: 'codex', dir: '/w/fix', repo: '/repo', ...definition }),
    places: PLACES,
    launch: 'l1',
    folder: '/home/me/.actor/run/l1',
    env: { HOME: '/home/me', PATH: '/bin', SECRET_KEY: 'hunter2', 'BASH_FUNC_x%%': '()' },
    resume: false,
    begun: false,
    prompt: null,
    systemPrompt: null,
    files: { [CONFIG]: null },
    ...request,
  });
}

/** What all the `-c key=value` of an argument list make, as codex reads them: the last of a key counts. */
function configured(argv: string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [index, word] of argv.entries()) {
    if (word !== '-c') continue;
    const [, key, text] = /^([^=]+)=([\s\S]*)$/.exec(argv[index + 1]!)!;
    found[key!] = parse(`value = ${text}`).value;
  }
  return found;
}

test('hooks come with their trust, and quote the path of the package', t => {
  const { hooks } = configured(plan({}).argv) as {
    hooks: Record<string, { hooks: { command: string; timeout: number }[] }[]> & {
      state: Record<string, { trusted_hash: string }>;
    };
  };
  const { state, ...events } = hooks;
  t.deepEqual(Object.keys(events), ['SessionStart', 'UserPromptSubmit', 'PermissionRequest']);
  t.is(
    events.UserPromptSubmit![0]!.hooks[0]!.command,
    "'/opt/it'\\''s here/hooks/agent-event.sh' UserPromptSubmit",
  );
  for (const [event, groups] of Object.entries(events))
    for (const [group, { hooks: handlers }] of groups.entries()) {
      const snake = event.replace(/\B[A-Z]/g, '_$&').toLowerCase();
      t.is(
        state[`/<session-flags>/config.toml:${snake}:${group}:0`]?.trusted_hash,
        trustedHash(event, handlers[0]!),
      );
    }
});

test('the hash of a hook is codex’s own', t => {
  // From the `[hooks.state]` that codex-cli 0.169.0 wrote itself when its dialog was answered.
  t.is(
    trustedHash('Stop', { command: 'true', timeout: 5 }),
    'sha256:99551a51b888f6dc725f1199663b7b1e1ef9bb9b9cab0612d84e5e9218aca6f5',
  );
});

test('no value of the environment stands in an argument: a coordinator’s server is passed names', t => {
  const { argv, env } = plan({ main: true, coordinator: true });
  t.false(argv.join(' ').includes('hunter2'));
  const server = configured(argv)['mcp_servers.actor'] as Record<string, unknown>;
  t.deepEqual(server, {
    command: '/usr/bin/node',
    args: ['/opt/dist/mcp.mjs'],
    env_vars: ['HOME', 'PATH', 'SECRET_KEY', 'ACTOR_HOME', 'ACTOR_NAME', 'ACTOR_LAUNCH'],
    default_tools_approval_mode: 'approve',
    required: true,
    startup_timeout_sec: 60,
  });
  t.deepEqual(env, { ACTOR_HOME: '/home/me/.actor', ACTOR_NAME: 'fix', ACTOR_LAUNCH: 'l1' });
  t.false('mcp_servers.actor' in configured(plan({}).argv));
});

test('a subscription is used without the key', t => {
  t.deepEqual(plan({ useSubscription: true }).unset, ['OPENAI_API_KEY', 'CODEX_API_KEY']);
  t.deepEqual(plan({}).unset, []);
});

test('instructions of the role, of the user’s configuration and of the command line come together', t => {
  const files = {
    [CONFIG]: 'developer_instructions = "be brief"\n[projects."/repo"]\ntrust_level = "trusted"\n',
  };
  const told = (argv: string[]) => configured(argv).developer_instructions;
  t.is(
    told(plan({}, { systemPrompt: 'a "reviewer"\n\u007f', files }).argv),
    'a "reviewer"\n\u007f\n\nbe brief',
  );
  const given = ['-c', 'developer_instructions="be kind"'];
  const { argv } = plan({ args: given }, { systemPrompt: 'first', files });
  t.is(told(argv), 'first\n\nbe kind');
  t.is(argv.filter(word => word.startsWith('developer_instructions')).length, 1);
  t.is(told(plan({}, { files: { [CONFIG]: 'not toml' }, systemPrompt: 'x' }).argv), 'x');
  t.false('developer_instructions' in configured(plan({}).argv));
});

test('settings become options where codex has one, and configuration where not', t => {
  const config = {
    model: 'gpt-5',
    sandbox: 'read-only',
    effort: 'high',
    search: true,
    oss: false,
    model_verbosity: 'low',
  };
  const { argv } = plan({ config });
  t.deepEqual(argv.slice(1, 6), ['--model', 'gpt-5', '--sandbox', 'read-only', '-c']);
  t.like(configured(argv), { model_reasoning_effort: 'high', model_verbosity: 'low' });
  t.true(argv.includes('--search'));
  t.false(argv.includes('--oss'));
  // What a person says at the command line goes first.
  const theirs = plan({ config, args: ['-m', 'mine', '-c', 'model_reasoning_effort=low'] }).argv;
  t.false(theirs.includes('--model'));
  t.is(theirs.filter(word => /reasoning_effort/.test(word)).length, 1);
});

test('in a worktree its repository, and the folder that it has there, can be written', t => {
  const files = { '/w/fix/.git': 'gitdir: /repo/.git/worktrees/fix\n', [CONFIG]: null };
  const own = ['/repo/.git', '/repo/.git/worktrees/fix'];
  const roots = (argv: string[]) => configured(argv)['sandbox_workspace_write.writable_roots'];
  t.deepEqual(roots(plan({ worktree: true }, { files }).argv), own);
  // Those of the person stay.
  const config = '[sandbox_workspace_write]\nwritable_roots = ["/cache"]\n';
  t.deepEqual(roots(plan({ worktree: true }, { files: { ...files, [CONFIG]: config } }).argv), [
    '/cache',
    ...own,
  ]);
  const args = ['-c', 'sandbox_workspace_write.writable_roots=["/mine"]'];
  t.deepEqual(roots(plan({ worktree: true, args }, { files }).argv), ['/mine', ...own]);
  t.is(roots(plan({ worktree: true }, { files: { '/w/fix/.git': null } }).argv), undefined);
  t.is(roots(plan({}).argv), undefined);
});

for (const [what, args, request, words] of [
  ['a prompt', [], { prompt: '-x' }, ['--', '-x']],
  ['a resume with a prompt', [], { resume: true, begun: true, prompt: 'go on' }, ['--', 'thread-1', 'go on']],
  [
    'a resume after a prompt of the person’s own',
    ['-m', 'x', 'do it'],
    { resume: true, begun: true },
    ['--', 'thread-1'],
  ],
  ['a prompt of the person’s own', ['do it'], {}, ['--', 'do it']],
  ['a conversation that the person chooses', ['resume', 'abc'], {}, ['--', 'abc']],
] as const)
  test(`last words of the command: ${what}`, t => {
    const { argv } = plan({ args: [...args], conversation: 'thread-1' }, request);
    t.deepEqual(argv.slice(-words.length), [...words]);
    t.is(argv[1] === 'resume', 'resume' in request || args[0] === 'resume');
  });

test('begun anew, since its thread is gone, neither it nor the person’s choice of one is named', t => {
  for (const args of [
    ['resume', 'abc'],
    ['-m', 'x', 'do it'],
  ]) {
    const { argv } = plan({ args, conversation: 'thread-1' }, { begun: true, prompt: 'go on' });
    t.deepEqual(argv.slice(-2), ['--', 'go on']);
    t.false(argv.some(word => ['resume', 'abc', 'do it', 'thread-1'].includes(word)));
  }
});

test('what is no interactive codex is refused', t => {
  t.throws(() => plan({ args: ['exec', 'x'] }), { message: /codex exec is no session/ });
  t.throws(() => plan({ args: ['--remote', 'unix://x'] }), { message: /--remote/ });
  t.notThrows(() => plan({ args: ['explain exec'] }));
});

test('a first prompt goes along where it is text, and where there is none yet', t => {
  const definition = definitionOf({ name: 'fix', agent: 'codex' });
  const takes = (prompt: string, args: string[] = []) =>
    codex.takesFirstPrompt(prompt, { ...definition, args });
  t.true(takes('do it'));
  t.true(takes('- a list'));
  for (const prompt of ['/clear', ' !ls', '', 'x'.repeat(100_001), 'a\0b'])
    t.false(takes(prompt), prompt.slice(0, 9));
  t.false(takes('do it', ['their prompt']));
  t.false(takes('do it', ['resume']));
  t.true(takes('do it', ['-m', 'x', '--search']));
});

test('commands are pasted as text, and what codex would refuse is refused', t => {
  t.deepEqual(codex.submission('/review x'), { paste: ' /review x' });
  t.deepEqual(codex.submission('\n!ls'), { paste: ' !ls' });
  t.deepEqual(codex.submission('plain\n'), { paste: 'plain\n' });
  t.true('refuse' in codex.submission(' \n'));
  t.true('refuse' in codex.submission('x'.repeat(1_048_577)));
  t.true(codex.samePrompt(' /x \r\n y ', '/x \n y'));
  t.true(codex.samePrompt('ä'.repeat(2000), '[Pasted Content 2000 chars]'));
  t.false(codex.samePrompt('ä'.repeat(2000), '[Pasted Content 1000 chars]'));
});
