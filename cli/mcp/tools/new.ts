/** The tool `new`: create a session, and let it start working. */
import { resolve } from 'node:path';
import { checkedPrompt } from '../../client/prompt.js';
import { checkBranchOptions, checkNameOrPrompt, checkNewName, requestKey } from '../../client/rules.js';
import { submissionLine } from '../../texts/prompts.js';
import type { Arguments } from '../arguments.js';
import { newNote } from '../completion.js';
import { inputOf, text, values } from '../schema.js';
import type { Tool, ToolCaller } from '../tool.js';

export const create: Tool = {
  name: 'new',
  description:
    'Create one session: an agent in a git worktree and branch of its own. For bounded work that can go on beside yours; ' +
    'for further work on the same thing, run the session that exists. One spawn per call; several calls may go together. ' +
    'The session knows nothing of this conversation: the prompt must say the outcome, the limits and how to tell that it is ' +
    'done. Returns the session at once; its completion arrives by itself as an <actor-event> message: never poll or wait.',
  kind: 'acts',
  input: inputOf({
    name: text('Its name, also of its branch (default: made from the prompt)'),
    prompt: { type: 'string', description: 'The task; without one it is only created' },
    agent: text("claude, codex, shell or one of the settings (default: the role's, else main's kind)"),
    role: text('A role of the settings; see roles'),
    base: text('Branch from here (default: the current branch)'),
    branch: text('Its branch (default: its name); an existing one is checked out'),
    dir: text('The repository to work on (default: yours)'),
    worktree: { type: 'boolean', default: true, description: 'false: work in the directory itself' },
    model: text('The model its agent uses'),
    config: values('Settings of its agent; null cancels an inherited one'),
    purpose: text('What it is responsible for, shown in list'),
  }),
  async call(args, caller) {
    const params = newParams(args, caller);
    const { run, ...session } = await caller.ask('new', params);
    const { name, agent, branch, dir, parent } = session;
    const note = run ? newNote(parent, caller.session) : 'it has no prompt yet: give it one with run';
    const where = `${branch === null ? '' : `, branch ${branch}`}, in ${dir}`;
    const state = run ? `${submissionLine(params.prompt, run.state, run.ahead)}; ${note}` : note;
    return { content: { ...session, note }, lines: [`created ${name}: ${agent}${where}`, state] };
  },
};

function newParams(args: Arguments, { cwd }: ToolCaller) {
  const name = args.text('name');
  if (name !== null) checkNewName(name);
  const dir = args.text('dir');
  const branching = {
    worktree: args.flag('worktree'),
    base: args.text('base'),
    branch: args.text('branch'),
  };
  checkBranchOptions(branching, option => (option === 'no-worktree' ? 'worktree: false' : option));
  const given = args.text('prompt');
  const prompt = given === null ? null : checkedPrompt(given);
  checkNameOrPrompt({ name, prompt });
  return {
    name,
    prompt,
    agent: args.text('agent'),
    role: args.text('role'),
    ...branching,
    dir: dir === null ? null : resolve(cwd, dir),
    model: args.text('model'),
    config: args.values('config'),
    purpose: args.text('purpose'),
    wait: false,
    timeout_ms: null,
    key: requestKey(),
  };
}
