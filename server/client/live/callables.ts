/** Makes functions of the listeners in a tree. What is the same in two trees is the same in what is made of them. */
import type { Json, JsonObject } from '../../schemas/json.ts';

export type Callable = (event?: JsonObject) => Promise<Json | undefined>;

export interface Callables {
  readonly of: (tree: Json) => unknown;
  /** Of a function that was made here. */
  readonly codeOf: (callable: unknown) => string | undefined;
}

export function createCallables(run: (code: string, event: JsonObject) => Promise<Json | undefined>): Callables {
  const made = new WeakMap<object, unknown>();
  const codes = new WeakMap<object, string>();

  const of = (value: Json): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (made.has(value)) return made.get(value);
    const result = convert(value);
    made.set(value, result);
    return result;
  };
  const convert = (value: JsonObject | readonly Json[]): unknown => {
    if (isList(value)) return value.map(of);
    if (value._type !== 'listener' || typeof value.code !== 'string') {
      // `fromEntries` defines members, so that one called `__proto__` is one like any other.
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, of(each)]));
    }
    const { code } = value;
    const callable: Callable = (event = {}) => run(code, event);
    codes.set(callable, code);
    return callable;
  };
  return { of, codeOf: (callable) => (typeof callable === 'function' ? codes.get(callable) : undefined) };
}

const isList = (value: JsonObject | readonly Json[]): value is readonly Json[] => Array.isArray(value);
