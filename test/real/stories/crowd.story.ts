/** Four sessions end in four ways while a person has begun to type to main, and the daemon dies in between. */
import test from 'ava';
import { withCrowd } from '../crowd.js';

test('main is told of four endings, each once, and the draft of its person stays', withCrowd, {});
