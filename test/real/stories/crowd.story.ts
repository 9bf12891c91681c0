/** Four sessions end in four ways while a person has begun to type to main, and the daemon dies in between. */
import test from 'ava';
import { withCrowd } from '../crowd.js';

for (const [main, sessions] of [
  ['claude', 'claude'],
  ['claude', 'codex'],
  ['codex', 'claude'],
  ['codex', 'codex'],
] as const)
  test.serial(
    `a ${main} main is told of four endings of ${sessions} sessions, each once, and the draft of its person stays`,
    withCrowd,
    { main, sessions },
  );
