/** The steps of the demo, as data. */
import { EXIT, type ExitCode } from '../../protocol.js';

interface Step {
  says: string;
  /** Words after `actor`. */
  commands: readonly (readonly string[])[];
  /** The exit code they have; 0 unless said. */
  exits?: ExitCode;
}

export const TOUR: readonly Step[] = [
  {
    says: 'Main, where a person works. With claude one would now sit in it; here it is a shell, not shown.',
    commands: [['--detach', 'shell']],
  },
  {
    says: 'Two sessions, each in a worktree and on a branch of its own, working at the same time.',
    commands: [
      ['new', '--agent', 'shell', 'tests', 'sleep 6; echo "42 tests passed"', '--purpose', 'the test suite'],
      [
        'new',
        '--agent',
        'shell',
        'build',
        'sleep 5; echo "built" > app.js; git add . && git commit -qm "Build" && echo ok',
      ],
    ],
  },
  {
    says: 'A prompt for a session that is busy waits for its turn.',
    commands: [
      ['run', 'build', 'wc -c app.js'],
      ['queue', 'build'],
    ],
  },
  { says: '★ is working, ♛ is main.', commands: [['list']] },
  { says: 'Wait until all have settled.', commands: [['wait']] },
  {
    says: 'Main was told of each completion: a shell tells it above its next prompt, an agent reads it as a message.',
    commands: [
      ['run', 'main', 'git branch', '--wait'],
      ['peek', 'main'],
    ],
  },
  {
    says: 'A turn that leaves an untracked file behind …',
    commands: [['run', 'tests', 'echo "flaky: login" > notes.txt; git status --short', '--wait']],
  },
  {
    says: '… is work that could be lost, so the session is not discarded.',
    commands: [['discard', 'tests']],
    exits: EXIT.refused,
  },
  {
    says: 'The other one has all its work committed. Its branch stays.',
    commands: [['discard', 'build'], ['list']],
  },
  { says: 'End all agents.', commands: [['down']] },
];
