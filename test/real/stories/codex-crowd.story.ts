/** Codex is told of a hundred events, whatever it is doing. */
import test from 'ava';
import { coordinator, main } from '../protagonists.js';
import { tellRandomly } from '../random-crowd.js';

test.serial('a main that is a codex is told of 100 events, each once, whatever it is doing', t =>
  tellRandomly(t, main('codex')),
);

test.serial('a coordinator that is a codex is told of 100 events, each once, whatever it is doing', t =>
  tellRandomly(t, coordinator('codex')),
);
