/** The texts of `--help`, laid out by yargs from the catalog. A bundle of its own: nothing else needs all of yargs. */
import yargs, { type Argv } from 'yargs';
import type { Command } from './command.js';
import { positionalUsage, usageLine } from './command.js';
import { GLOBAL_OPTIONS } from './parse.js';

const WIDEST = 100;

/** The help of a command, or of all of them (null). `width`: columns of the terminal, if there is one. */
export async function helpText(
  catalog: readonly Command[],
  command: Command | null,
  width: number | null,
): Promise<string> {
  const program = yargs([])
    .scriptName('actor')
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .wrap(Math.min(WIDEST, width ?? WIDEST))
    .parserConfiguration({ 'boolean-negation': false });
  const described = command === null ? describeAll(program, catalog) : describeOne(program, command);
  return described.getHelp();
}

function describeAll(program: Argv, catalog: readonly Command[]): Argv {
  program.usage(
    'Many coding agents side by side, one of them coordinating the others.\n\nUsage: actor <command> [options]',
  );
  for (const { name, aliases = [], positionals, summary } of catalog.filter(({ hidden }) => !hidden))
    program.command([[name, ...positionals.map(positionalUsage)].join(' '), ...aliases], summary);
  return options(program, GLOBAL_OPTIONS).epilogue(
    'actor <command> --help says more about one.\n' +
      'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such session, 4 refused to protect work,\n' +
      '5 the turn did not complete, 124 timed out, 130 interrupted.',
  );
}

function describeOne(program: Argv, command: Command): Argv {
  const columns = Math.max(0, ...command.positionals.map(({ name }) => name.length));
  const arguments_ = command.positionals
    .map(({ name, help }) => `\n  ${name.padEnd(columns)}  ${help}`)
    .join('');
  program.usage(`${command.summary}.\n\nUsage: ${usageLine(command)}${arguments_ && `\n${arguments_}`}`);
  // Not as yargs' own examples: it would break a long line in the middle of a quoted prompt.
  const examples = (command.examples ?? []).map(([line, what]) => `\n  ${line}\n      ${what}`);
  if (examples.length > 0) program.epilogue(`Examples:${examples.join('')}`);
  if (command.aliases) program.epilogue(`Also: ${command.aliases.map(alias => `actor ${alias}`).join(', ')}`);
  if (command.verbatim)
    program.epilogue(
      `actor's own options stand before the word ${command.name}: actor --detach ${command.name}`,
    );
  return options(program, [...command.options, ...GLOBAL_OPTIONS]);
}

/** Yargs only lays out here, so the word for a value is made part of the name it shows. */
function options(program: Argv, list: Command['options']): Argv {
  for (const { name, short, value, help, choices } of list)
    program.option(value === undefined ? name : `${name} ${value}`, {
      describe: help,
      ...(short ? { alias: short } : {}),
      ...(choices ? { choices } : {}),
    });
  return program;
}
