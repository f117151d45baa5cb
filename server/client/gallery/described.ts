/** What `/components.json` says of each component, as the gallery needs it. */
import type { AnyComponent } from '../../schemas/components/base.ts';
import type { Json } from '../../schemas/json.ts';

export interface Described {
  readonly type: string;
  readonly description: string;
  readonly schema: PropertySchema;
  readonly events: Readonly<Record<string, string>>;
  readonly examples: readonly { readonly title: string; readonly tree: AnyComponent }[];
}

export type Groups = Readonly<Record<string, readonly Described[]>>;

/** As much of JSON Schema as components use. */
export interface PropertySchema {
  readonly type?: string | readonly string[];
  readonly slot?: 'node' | 'event' | 'data' | 'hidden';
  readonly description?: string;
  readonly default?: Json;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly PropertySchema[];
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly patternProperties?: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
}

let loading: Promise<Groups> | undefined;

export function loadGroups(): Promise<Groups> {
  loading ??= fetchGroups();
  return loading;
}

async function fetchGroups(): Promise<Groups> {
  const answer = await fetch('/components.json');
  if (!answer.ok) throw new Error(`/components.json answered ${answer.status}.`);
  return ((await answer.json()) as { readonly groups: Groups }).groups;
}

/** Members that all components share are described once, not at each. */
export const COMMON = ['key', 'visibleOn', 'label', 'testId'];

/** A type in a few words: `'small' | 'large'`, `component`, `list of text`. */
export function typeText(schema: PropertySchema): string {
  if (schema.slot === 'node') return 'component';
  if (schema.slot === 'event') return 'event';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeText))].join(' | ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeText(schema.items)}`;
  if (schema.type === 'object') return objectText(schema);
  if (schema.type === 'string') return 'text';
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  return typeof schema.type === 'string' ? schema.type : 'any JSON';
}

function objectText({ properties, patternProperties, required = [] }: PropertySchema): string {
  if (properties !== undefined) {
    const members = Object.entries(properties).map(
      ([name, each]) => `${name}${required.includes(name) ? '' : '?'}: ${typeText(each)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  const [value] = Object.values(patternProperties ?? {});
  return value === undefined ? 'object' : `{ name: ${typeText(value)} }`;
}
