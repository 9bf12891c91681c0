/** Claude is told of a hundred events, whatever it is doing. */
import test from 'ava';
import { coordinator, main } from '../protagonists.js';
import { tellRandomly } from '../random-crowd.js';

test.serial('a main that is a claude is told of 100 events, each once, whatever it is doing', t =>
  tellRandomly(t, main('claude')),
);

test.serial('so is one by documented means only', t =>
  tellRandomly(t, {
    ...main('claude'),
    documentedOnly: true,
    states: ['idle', 'working', 'dialog', 'failed', 'killed'],
  }),
);

test.serial('a coordinator that is a claude is told of 100 events, each once, whatever it is doing', t =>
  tellRandomly(t, coordinator('claude')),
);
