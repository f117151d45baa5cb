/** Reads a JSON Schema for people: the type in a few words, the members as a flat list, an example. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface Member {
  /** `verify.secret`, `attempts[].error`. */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

const DEEPEST = 4;

/** `string, uuid`, `integer 1…250`, `"read" or "write"`, `list of string`. */
export function typeText(schema: JsonSchema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return [...new Set(options.map(typeText))].join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items !== undefined) return `list of ${typeText(schema.items)}`;
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  const type = typeof schema.type === 'string' ? schema.type : 'any JSON';
  return [type + range(schema), schema.format].filter((part) => part !== undefined).join(', ');
}

/** The members of an object, and of the objects inside it, each under its path. */
export function membersOf(schema: JsonSchema, prefix = '', depth = 0): readonly Member[] {
  if (depth > DEEPEST) return [];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = prefix + name;
    const row: Member = {
      path,
      type: typeText(member),
      isRequired: schema.required?.includes(name) ?? false,
      description: (member.description ?? '') + defaultText(member),
    };
    return [row, ...membersInside(member, path, depth)];
  });
  return own.filter(({ path }, at) => own.findIndex((other) => other.path === path) === at);
}

/** A value that fits, made of the schema's own examples and defaults. Null where null is allowed, the better to read. */
export function exampleOf(schema: JsonSchema, depth = 0): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return exampleOf(options.find(isNull) ?? options[0] ?? {}, depth);
  if (schema.properties !== undefined) {
    const entries = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(entries.map(([name, member]) => [name, exampleOf(member, depth + 1)]));
  }
  if (schema.type === 'array')
    return schema.items !== undefined && depth < 2 ? [exampleOf(schema.items, depth + 1)] : [];
  return EXAMPLES[schema.format ?? ''] ?? EXAMPLES[typeof schema.type === 'string' ? schema.type : ''] ?? {};
}

const EXAMPLES: Readonly<Record<string, unknown>> = {
  uuid: 'c14990db-96a1-44c6-b13a-8ab12db96f61',
  'date-time': '2026-01-31T09:30:00.000Z',
  integer: 1,
  number: 1,
  string: 'text',
  boolean: true,
};

function membersInside(member: JsonSchema, path: string, depth: number): readonly Member[] {
  const options = member.anyOf ?? member.oneOf ?? [member];
  return options.flatMap((option) =>
    option.items === undefined
      ? membersOf(option, `${path}.`, depth + 1)
      : membersOf(option.items, `${path}[].`, depth + 1),
  );
}

function isNull({ type }: JsonSchema): boolean {
  return type === 'null';
}

function range({ minimum, maximum, minLength, maxLength, minItems, maxItems }: JsonSchema): string {
  const low = minimum ?? minLength ?? minItems;
  const high = maximum ?? maxLength ?? maxItems;
  if (low === undefined && high === undefined) return '';
  return ` ${low ?? ''}…${high ?? ''}`;
}

function defaultText({ default: value }: JsonSchema): string {
  return value === undefined ? '' : ` Default \`${JSON.stringify(value)}\`.`;
}
