/** What a tool takes: as much of JSON Schema as the tools need. Pure data. */

interface Described {
  description?: string;
}

export interface TextSchema extends Described {
  type: 'string';
  minLength?: 1;
  enum?: readonly string[];
}

export interface FlagSchema extends Described {
  type: 'boolean';
  default?: boolean;
}

export interface CountSchema extends Described {
  type: 'integer';
  minimum: 0;
  default?: number;
}

export interface NamesSchema extends Described {
  type: 'array';
  items: { type: 'string'; minLength: 1 };
  minItems: 1;
}

/** Values of a configuration by their keys. */
export interface ValuesSchema extends Described {
  type: 'object';
  additionalProperties: { type: readonly ['string', 'number', 'boolean', 'null'] };
}

export type PropertySchema = TextSchema | FlagSchema | CountSchema | NamesSchema | ValuesSchema;

/** The `inputSchema` of a tool. Strict: what it does not name is an error. */
export interface InputSchema {
  type: 'object';
  properties: Readonly<Record<string, PropertySchema>>;
  required: readonly string[];
  additionalProperties: false;
}

/** The schema of these arguments, of which the `required` must be there. */
export function inputOf(
  properties: InputSchema['properties'],
  required: readonly string[] = [],
): InputSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Text that is not empty. */
export function text(description: string): TextSchema {
  return { type: 'string', minLength: 1, description };
}

/** Off unless told. */
export function flag(description: string): FlagSchema {
  return { type: 'boolean', description };
}

/** Keys and values, of which null cancels one. */
export function values(description: string): ValuesSchema {
  return {
    type: 'object',
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
    description,
  };
}

export const SESSION_NAME: TextSchema = text('The name of a session');

export const SESSION_NAMES: NamesSchema = {
  type: 'array',
  items: { type: 'string', minLength: 1 },
  minItems: 1,
  description: 'Names of sessions',
};
