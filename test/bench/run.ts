/**
 * `npm run bench [-- RUNS [WORD]]`: how much longer actor takes than what it is made of. All cases in one go, in turn, each
 * run next to one of its yardstick, so that a machine that slows down meanwhile slows both. Exit 1 when a limit is missed.
 */
import { renderTable } from '../../cli/client/table.js';
import { CASES, type Case } from './cases.js';
import { measureCrowd } from './crowd.js';
import { type Figure, measureDaemon } from './daemon.js';
import { measureMenu } from './menu.js';
import { compare } from './statistics.js';
import { BenchWorld } from './world.js';

const [runs = '11', word = ''] = process.argv.slice(2);
const cases = CASES.filter(({ name }) => name.includes(word));

/** What has no yardstick; by the word that chooses them. */
const FIGURES = { daemon: measureDaemon, menu: measureMenu, crowd: measureCrowd };

function timed(act: () => void): number {
  const begin = performance.now();
  act();
  return performance.now() - begin;
}

function measure(world: BenchWorld, each: Case) {
  const yardstick = timed(() => each.yardstick.run(world));
  each.before?.(world);
  const time = timed(() => each.run(world));
  each.after?.(world);
  return { time, yardstick };
}

async function reportFigures(figures: readonly Figure[]): Promise<void> {
  const lines = figures.map(({ name, value, unit, limit }) => {
    if (limit !== null && value > limit) process.exitCode = 1;
    const goal = limit === null ? '' : `${limit} ${unit}${value > limit ? ' MISSED' : ''}`;
    return [name, `${value.toFixed(1)} ${unit}`, goal];
  });
  const cells = [['what', 'figure', 'limit'], ...lines].map(row => row.map(text => ({ text })));
  process.stdout.write(`\n${renderTable(cells, null).join('\n')}\n`);
}

const world = new BenchWorld();
try {
  const pairs = new Map(cases.map(each => [each, [] as { time: number; yardstick: number }[]]));
  for (const each of cases) each.prepare?.(world);
  for (const isApart of [false, true]) {
    const inTurn = cases.filter(each => Boolean(each.isApart) === isApart);
    for (const each of inTurn) measure(world, each);
    for (let round = 0; round < Number(runs); round++)
      for (const each of inTurn) pairs.get(each)?.push(measure(world, each));
  }

  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  const rows = [...pairs].map(([{ name, yardstick, limit }, list]) => {
    const { time, yardstick: base, ratio, lowest, highest } = compare(list);
    if (limit !== null && ratio > limit) process.exitCode = 1;
    return [
      name,
      milliseconds(time),
      yardstick.name,
      milliseconds(base),
      ratio.toFixed(2),
      `${lowest.toFixed(2)} … ${highest.toFixed(2)}`,
      limit === null ? '' : `${limit}${ratio > limit ? ' MISSED' : ''}`,
    ];
  });
  const head = ['what', 'median', 'yardstick', 'median', 'ratio', 'spread', 'limit'];
  const cells = [head, ...rows].map(row => row.map(text => ({ text })));
  if (rows.length > 0)
    process.stdout.write(`${renderTable(cells, null).join('\n')}\n${runs} runs each, in turn\n`);
  for (const [name, measureFigures] of Object.entries(FIGURES))
    if (name.includes(word)) await reportFigures(await measureFigures());
} finally {
  world.remove();
}
