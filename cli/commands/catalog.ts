/** Every command as data, in the order of the help. The parser, the errors and the help are all made of this one table. */
import type { Command, Option } from '../client/command.js';
import { EVENT_TYPES, STATUSES } from '../protocol.js';

const json: Option = { name: 'json', help: 'Print JSON' };
const wait: Option = { name: 'wait', help: 'Wait until the turn ends, and print its last message' };
const timeout: Option = {
  name: 'timeout',
  value: 'D',
  help: 'Give up waiting after 500ms, 5s, 2m, 1h; the turn goes on',
};
const prompt: Option = {
  name: 'prompt',
  short: 'p',
  value: 'TEXT',
  freeText: true,
  help: 'The prompt; - reads it from stdin',
};
const follow: Option = { name: 'follow', short: 'f', help: 'Go on with what comes, until Ctrl-C' };
const sessionName = { name: 'name', count: 'one', of: 'session', help: 'the name of a session' } as const;
const sessionNames = { name: 'name', count: 'some', of: 'session', help: 'the name of a session' } as const;

/** `actor claude`, `actor codex`, `actor shell` are one command for three agents. */
function mainCommand(agent: string, summary: string): Command {
  return {
    name: agent,
    summary,
    verbatim: true,
    positionals: [{ name: 'args', count: 'many', help: `given to ${agent} as they are` }],
    options: [
      { name: 'detach', help: 'Start it and print its name; do not show it' },
      { name: 'role', value: 'NAME', of: 'role', help: 'Start it in this role (default: main)' },
      { name: 'name', value: 'NAME', help: 'Call it so (default: main)' },
      json,
    ],
    load: () => import('./main.js'),
  };
}

export const CATALOG: readonly Command[] = [
  mainCommand('claude', 'Work with claude here: start it, or go back to it'),
  mainCommand('codex', 'Work with codex here: start it, or go back to it'),
  mainCommand('shell', 'Work with a shell here: start it, or go back to it'),
  {
    name: 'new',
    summary: 'Create a session in a worktree of its own',
    positionals: [
      { name: 'name', count: 'optional', help: 'the name of the session (default: made from the prompt)' },
      { name: 'prompt', count: 'optional', help: 'what it works on at once; - reads it from stdin' },
    ],
    options: [
      prompt,
      { name: 'agent', value: 'KIND', of: 'agent', help: 'claude, codex, shell, or one of your settings' },
      { name: 'role', value: 'NAME', of: 'role', help: 'The role it has, from the settings' },
      { name: 'base', value: 'REF', help: 'Branch from here (default: the current branch)' },
      {
        name: 'branch',
        value: 'NAME',
        help: "Its branch (default: the session's name); an existing one is checked out",
      },
      { name: 'dir', value: 'PATH', of: 'directory', help: 'The repository to work on (default: here)' },
      { name: 'no-worktree', help: 'Work in the directory itself' },
      { name: 'model', value: 'M', help: 'The model its agent uses' },
      {
        name: 'config',
        value: 'KEY=VALUE',
        repeatable: true,
        help: 'A setting of its agent (text, a number, #true, #false, #null); may be repeated',
      },
      { name: 'purpose', value: 'TEXT', freeText: true, help: 'What it is for, shown in the list' },
      wait,
      timeout,
      json,
    ],
    examples: [
      ['actor new fix-nav "the navigation bar wraps on phones"', 'start working at once'],
      ['actor new --agent shell build "npm test" --wait', 'wait for the result'],
      ['actor new review - < review.md', 'the prompt from a file'],
    ],
    load: () => import('./new.js'),
  },
  {
    name: 'run',
    summary: 'Send a prompt to a session',
    positionals: [
      sessionName,
      { name: 'prompt', count: 'optional', help: 'what to do; - reads it from stdin, as does a pipe' },
    ],
    options: [
      prompt,
      { name: 'now', help: 'Interrupt the running turn, and go before queued prompts' },
      { name: 'slash', help: "Type an agent's own command (/compact), once, when it is idle" },
      wait,
      timeout,
      json,
    ],
    examples: [
      ['actor run fix-nav "now add a test"', 'submitted, or queued behind the running turn'],
      ['git diff | actor run review', 'the prompt from a pipe'],
      ['actor run fix-nav', 'start its agent again, with what was held'],
      ['actor run fix-nav -- "--wide breaks the menu"', 'a prompt that begins with a dash'],
    ],
    load: () => import('./run.js'),
  },
  {
    name: 'stop',
    summary: 'Interrupt the current turn; the agent stays',
    positionals: [sessionNames],
    options: [{ name: 'clear', help: 'Drop its queued prompts, and print them' }, json],
    load: () => import('./stop.js'),
  },
  {
    name: 'discard',
    summary: 'End a session and remove its worktree; its branch stays',
    positionals: [sessionNames],
    options: [{ name: 'force', help: 'Even with unsaved work; a copy is kept for 7 days' }, json],
    load: () => import('./discard.js'),
  },
  {
    name: 'queue',
    summary: 'Show the prompts that wait for a session',
    positionals: [sessionName],
    options: [
      { name: 'cancel', value: 'ID', help: 'Drop this prompt' },
      { name: 'clear', help: 'Drop all of them' },
      json,
    ],
    load: () => import('./queue.js'),
  },
  {
    name: 'down',
    summary: 'End agents cleanly, or everything; sessions are kept',
    positionals: [
      {
        name: 'name',
        count: 'many',
        of: 'session',
        help: 'sessions (default: all, the tmux server and the daemon)',
      },
    ],
    options: [json],
    load: () => import('./down.js'),
  },
  {
    name: 'list',
    aliases: ['ls'],
    summary: 'Show all sessions',
    positionals: [],
    options: [
      { name: 'status', value: 'S', choices: STATUSES, help: 'Only those with this status' },
      { name: 'follow', short: 'f', help: 'Keep the table up to date on this terminal, until q or Ctrl-C' },
      json,
    ],
    load: () => import('./list.js'),
  },
  {
    name: 'show',
    summary: 'Show everything about a session, and its last message',
    positionals: [sessionName],
    options: [json],
    load: () => import('./show.js'),
  },
  {
    name: 'logs',
    summary: 'Show the conversation with a session',
    positionals: [sessionName],
    options: [{ name: 'count', short: 'n', value: 'N', help: 'Only the last N entries' }, follow, json],
    load: () => import('./logs.js'),
  },
  {
    name: 'peek',
    summary: "Print the screen of a session's window",
    positionals: [sessionName],
    options: [json],
    load: () => import('./peek.js'),
  },
  {
    name: 'attach',
    summary: 'Put this terminal on a session',
    positionals: [
      { name: 'name', count: 'optional', of: 'session', help: 'the name of a session (default: main)' },
    ],
    options: [],
    load: () => import('./attach.js'),
  },
  {
    name: 'events',
    summary: 'Print what happened to the sessions',
    positionals: [],
    options: [
      follow,
      { name: 'since', value: 'ID', help: 'Only events after this one' },
      { name: 'session', value: 'NAME', of: 'session', help: 'Only events of this session' },
      { name: 'type', value: 'T', choices: EVENT_TYPES, help: 'Only events of this type' },
      { name: 'json', help: 'Print JSON, one object a line' },
    ],
    load: () => import('./events.js'),
  },
  {
    name: 'wait',
    summary: 'Wait until sessions have settled',
    positionals: [{ name: 'name', count: 'many', of: 'session', help: 'sessions (default: all but mains)' }],
    options: [
      { name: 'any', help: 'Until one of them has' },
      { name: 'timeout', value: 'D', help: 'Give up after 500ms, 5s, 2m, 1h (exit 124)' },
      json,
    ],
    load: () => import('./wait.js'),
  },
  {
    name: 'config',
    summary: 'Show or change what the agent of a session is configured with',
    positionals: [
      sessionName,
      {
        name: 'key[=value]',
        count: 'many',
        help: 'a key shows its value, key=value sets it, key=#null removes it',
      },
    ],
    options: [json],
    examples: [
      ['actor config fix-nav', 'every value, and where it came from'],
      ['actor config fix-nav model=opus', "from its agent's next start on"],
    ],
    load: () => import('./config.js'),
  },
  {
    name: 'roles',
    summary: 'Show the roles that a session could have, from the settings',
    positionals: [],
    options: [
      {
        name: 'dir',
        value: 'PATH',
        of: 'directory',
        help: 'The directory whose settings count (default: here)',
      },
      json,
    ],
    load: () => import('./roles.js'),
  },
  {
    name: 'trust',
    summary: "Allow this repository's settings to run programs",
    positionals: [],
    options: [
      { name: 'yes', help: 'Without asking, for scripts: read the file before' },
      { name: 'list', help: 'Show what is allowed' },
      { name: 'revoke', help: 'Take it back for this repository' },
      json,
    ],
    load: () => import('./trust.js'),
  },
  {
    name: 'doctor',
    summary: 'Check that actor can work here',
    positionals: [],
    options: [json],
    load: () => import('./doctor.js'),
  },
  {
    name: 'daemon',
    summary: 'Look after the daemon',
    positionals: [
      {
        name: 'action',
        count: 'one',
        choices: ['start', 'stop', 'restart', 'status', 'logs'],
        help: 'start, stop, restart, status or logs',
      },
    ],
    options: [
      { name: 'follow', short: 'f', help: 'logs: go on with what comes, until Ctrl-C' },
      { name: 'count', short: 'n', value: 'N', help: 'logs: only the last N lines' },
      json,
    ],
    load: () => import('./daemon.js'),
  },
  {
    name: 'completion',
    summary: 'Print what lets a shell complete commands, options and names',
    positionals: [
      {
        name: 'shell',
        count: 'optional',
        choices: ['bash', 'zsh', 'fish'],
        help: 'bash, zsh or fish (default: the shell that SHELL names)',
      },
    ],
    options: [],
    examples: [
      ['source <(actor completion bash)', 'in ~/.bashrc'],
      ['source <(actor completion zsh)', 'in ~/.zshrc'],
      ['actor completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    load: () => import('./completion.js'),
  },
  {
    name: 'complete',
    summary:
      'Print what could stand at the end of a command line, a line each, with a tab before its description',
    hidden: true,
    verbatim: true,
    positionals: [{ name: 'words', count: 'many', help: 'the words behind actor, the last one unfinished' }],
    options: [],
    load: () => import('./complete.js'),
  },
  {
    name: 'mcp',
    summary: 'Serve the same verbs over MCP on stdio (agents start it)',
    positionals: [],
    options: [],
    load: () => import('./mcp.js'),
  },
  {
    name: 'menu',
    summary: 'Do what was chosen in the menu, and keep the result on the screen until a key is pressed',
    hidden: true,
    positionals: [
      {
        name: 'action',
        count: 'one',
        choices: ['new', 'start', 'stop', 'discard'],
        help: 'new, start, stop or discard',
      },
      { name: 'what', count: 'optional', help: 'the session; for new the directory' },
    ],
    options: [],
    load: () => import('./menu.js'),
  },
  {
    name: 'demo',
    summary: 'Watch a tour in a throw-away home and repository',
    positionals: [],
    options: [],
    load: () => import('./demo.js'),
  },
];
