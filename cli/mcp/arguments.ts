/** The arguments of a call, checked against the tool's schema: strictly, in the words that the command line has for options. */
import { UsageFailure } from '../client/errors.js';
import { nearest } from '../domain/suggest.js';
import type { InputSchema, PropertySchema } from './schema.js';

export type Value = string | number | boolean | null;

/** Checked arguments, by their names. What was not given is null, or false. */
export class Arguments {
  readonly #schema: InputSchema;
  readonly #given: Readonly<Record<string, unknown>>;

  /** @throws UsageFailure that names the argument which is unknown, missing or of a wrong kind. */
  constructor(tool: string, schema: InputSchema, given: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#given = given;
    const { properties, required } = schema;
    for (const name of Object.keys(given))
      if (!Object.hasOwn(properties, name)) throw unknownArgument(tool, name, Object.keys(properties));
    for (const name of required)
      if (!Object.hasOwn(given, name))
        throw new UsageFailure(`${tool} needs ${name}: ${properties[name]?.description}`);
    for (const [name, property] of Object.entries(properties))
      if (Object.hasOwn(given, name)) checkValue(name, given[name], property);
  }

  text(name: string): string | null {
    return (this.#get(name, 'string') as string | undefined) ?? null;
  }

  /** An argument that the schema requires. */
  required(name: string): string {
    return this.#get(name, 'string') as string;
  }

  flag(name: string): boolean {
    const { default: unless = false } = this.#schema.properties[name] as { default?: boolean };
    return (this.#get(name, 'boolean') as boolean | undefined) ?? unless;
  }

  count(name: string): number | null {
    const { default: unless = null } = this.#schema.properties[name] as { default?: number };
    return (this.#get(name, 'integer') as number | undefined) ?? unless;
  }

  names(name: string): string[] {
    return [...((this.#get(name, 'array') as string[] | undefined) ?? [])];
  }

  values(name: string): Record<string, Value> {
    return { ...(this.#get(name, 'object') as Record<string, Value> | undefined) };
  }

  /** To ask for an argument that the schema does not have, or has as another type, is a defect, so it is loud. */
  #get(name: string, type: PropertySchema['type']): unknown {
    if (this.#schema.properties[name]?.type !== type) throw new Error(`no argument ${name} of type ${type}`);
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  }
}

function checkValue(name: string, value: unknown, schema: PropertySchema): void {
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(name, 'a text', value);
      if (schema.minLength && value === '')
        throw new UsageFailure(`${name} needs a value, not an empty text`);
      if (schema.enum && !schema.enum.includes(value)) throw unknownChoice(name, value, schema.enum);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
      return;
    case 'integer':
      if (!Number.isSafeInteger(value) || (value as number) < schema.minimum)
        throw wrongType(name, 'a whole number', value);
      return;
    case 'array':
      if (
        !Array.isArray(value) ||
        value.length === 0 ||
        value.some(each => typeof each !== 'string' || !each)
      )
        throw wrongType(name, 'a list of one name or more', value);
      return;
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw wrongType(name, 'an object of keys and values', value);
      for (const [key, each] of Object.entries(value))
        if (typeof each === 'object' ? each !== null : key === '')
          throw wrongType(`${name}.${key}`, 'a text, a number, true, false or null', each);
  }
}

function unknownArgument(tool: string, name: string, known: readonly string[]): UsageFailure {
  const near = nearest(name, known);
  const takes = known.length > 0 ? `${tool} takes ${known.join(', ')}` : `${tool} takes no arguments`;
  return new UsageFailure(
    `unknown argument: ${name}${near === null ? '' : ` (did you mean ${near}?)`}`,
    takes,
  );
}

function wrongType(name: string, needed: string, value: unknown): UsageFailure {
  const written = JSON.stringify(value) ?? String(value);
  return new UsageFailure(
    `${name} needs ${needed}, not ${written.length > 60 ? `${written.slice(0, 59)}…` : written}`,
  );
}

function unknownChoice(name: string, value: string, choices: readonly string[]): UsageFailure {
  const near = nearest(value, choices);
  return new UsageFailure(
    `${name} cannot be ${value}${near === null ? '' : ` (did you mean ${near}?)`}; it is one of ${choices.join(' ')}`,
  );
}
