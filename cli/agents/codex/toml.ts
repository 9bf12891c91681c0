/** Values of codex's configuration: written for its `-c key=value`, which it reads as TOML. Pure. */

export type TomlValue = string | number | boolean | TomlValue[] | { [key: string]: TomlValue };

/** On one line, as an inline table where it is one. Strings and keys are basic strings: JSON's, but for DEL and lone surrogates. */
export function toToml(value: TomlValue): string {
  if (typeof value === 'string') return basicString(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(toToml).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, each]) => `${basicString(key)}=${toToml(each)}`)
    .join(',')}}`;
}

function basicString(text: string): string {
  return JSON.stringify(Buffer.from(text).toString()).replaceAll('\x7f', '\\u007f');
}
