/** Turns the validator's findings into faults a person can act on: where, what was expected, what was found. */
import type { FieldFault } from '../errors.ts';
import { MAX_FAULTS } from './budget.ts';
import { escapePointer, isObject } from './walk.ts';

/** What is read of a finding; the validator is asked for all of it (`verbose`). */
export interface Finding {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  readonly schema?: unknown;
  readonly parentSchema?: unknown;
  readonly data?: unknown;
}

export function faultsOf(findings: readonly Finding[], place?: FieldFault['in']): readonly FieldFault[] {
  return withoutBranches(findings)
    .slice(0, MAX_FAULTS)
    .map((finding) => ({ ...(place && { in: place }), path: pathOf(finding), message: messageOf(finding) }));
}

/**
 * A union that nothing fits reports the faults of every branch and then its own. Kept are: the faults of the one branch
 * that was meant, if the value's type singles one out, else the union's own.
 */
function withoutBranches(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings) {
    if (finding.keyword === 'if' || finding.keyword === 'propertyNames') continue; // what is inside was reported
    if (!isUnion(finding)) {
      kept.push(finding);
      continue;
    }
    const start = kept.findIndex(({ schemaPath }) => schemaPath.startsWith(`${finding.schemaPath}/`));
    const branches = start === -1 ? [] : kept.splice(start);
    kept.push(...(branchMeant(branches, finding) ?? [finding]));
  }
  return kept;
}

function isUnion({ keyword, params }: Finding): boolean {
  return keyword === 'anyOf' || (keyword === 'oneOf' && params.passingSchemas === null);
}

function branchMeant(findings: readonly Finding[], union: Finding): Finding[] | undefined {
  const branches = new Map<string, Finding[]>();
  for (const finding of findings) {
    const index = finding.schemaPath.slice(union.schemaPath.length + 1).split('/', 1)[0]!;
    branches.set(index, [...(branches.get(index) ?? []), finding]);
  }
  const tells = new Set(['type', 'const', 'enum']);
  const fitting = [...branches.values()].filter(
    (branch) => !branch.some((f) => f.instancePath === union.instancePath && tells.has(f.keyword)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function pathOf({ keyword, instancePath, params }: Finding): string {
  if (keyword === 'required') return `${instancePath}/${escapePointer(String(params.missingProperty))}`;
  if (keyword === 'dependentRequired' || keyword === 'dependencies') {
    return `${instancePath}/${escapePointer(String(params.missingProperty))}`;
  }
  if (keyword === 'additionalProperties') {
    return `${instancePath}/${escapePointer(String(params.additionalProperty))}`;
  }
  if (keyword === 'unevaluatedProperties') {
    return `${instancePath}/${escapePointer(String(params.unevaluatedProperty))}`;
  }
  return keyword === 'discriminator' ? `${instancePath}/${String(params.tag)}` : instancePath;
}

function messageOf(finding: Finding): string {
  const { keyword, params, data, schema, parentSchema } = finding;
  switch (keyword) {
    case 'type':
      return `expected ${typeNames(params.type)}, found ${kindOf(data)}`;
    case 'required':
      return 'is required';
    case 'dependentRequired':
    case 'dependencies':
      return `is required when ${String(params.property)} is given`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `is not known here${knownNames(parentSchema)}`;
    case 'enum':
    case 'const':
      return `expected ${valuesOf(keyword === 'const' ? [schema] : schema)}, found ${show(data)}`;
    case 'discriminator':
      return `expected ${valuesOf(tagsOf(parentSchema, String(params.tag)))}, found ${show(params.tagValue)}`;
    case 'anyOf':
    case 'oneOf':
      return Array.isArray(params.passingSchemas)
        ? 'fits more than one of the allowed forms; exactly one was expected'
        : `expected ${formsOf(schema)}, found ${kindOf(data)}`;
    case 'minLength':
      return `expected at least ${String(params.limit)} characters, found ${lengthOf(data)}`;
    case 'maxLength':
      return `expected at most ${String(params.limit)} characters, found ${lengthOf(data)}`;
    case 'minItems':
      return `expected at least ${String(params.limit)} items, found ${lengthOf(data)}`;
    case 'maxItems':
      return `expected at most ${String(params.limit)} items, found ${lengthOf(data)}`;
    case 'minProperties':
      return `expected at least ${String(params.limit)} members`;
    case 'maxProperties':
      return `expected at most ${String(params.limit)} members`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `expected a number ${String(params.comparison)} ${String(params.limit)}, found ${show(data)}`;
    case 'multipleOf':
      return `expected a multiple of ${String(params.multipleOf)}, found ${show(data)}`;
    case 'pattern':
      return `expected text that matches ${String(params.pattern)}`;
    case 'format':
      return `expected ${formatNames[String(params.format)] ?? `text of the format ${String(params.format)}`}`;
    case 'uniqueItems':
      return 'expected items that all differ';
    case 'contains':
      return 'expected an item that fits';
    case 'false schema':
      return 'expected nothing here';
    default:
      return finding.message ?? `does not fit ${keyword}`;
  }
}

const formatNames: Readonly<Record<string, string>> = {
  'date-time': 'a date and time such as 2030-01-31T12:00:00Z',
  date: 'a date such as 2030-01-31',
  time: 'a time such as 12:00:00Z',
  uuid: 'a UUID',
  uri: 'a URI',
  email: 'an e-mail address',
};

const kindNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'boolean') return String(value);
  return kindNames[value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}

function typeNames(types: unknown): string {
  const list = Array.isArray(types) ? types : String(types).split(',');
  return joinOr(list.map((type) => kindNames[String(type)] ?? String(type)));
}

function formsOf(branches: unknown): string {
  if (!Array.isArray(branches)) return 'one of the allowed forms';
  const forms = branches.map((branch: unknown) => {
    if (!isObject(branch)) return 'something else';
    if ('const' in branch) return show(branch.const);
    if (Array.isArray(branch.enum)) return valuesOf(branch.enum);
    return branch.type === undefined ? 'one of the allowed forms' : typeNames(branch.type);
  });
  return joinOr([...new Set(forms)]);
}

const MAX_LISTED = 20;

function valuesOf(values: unknown): string {
  if (!Array.isArray(values)) return show(values);
  const shown = values.slice(0, MAX_LISTED).map(show);
  return joinOr(values.length > MAX_LISTED ? [...shown, 'others'] : shown);
}

function tagsOf(parentSchema: unknown, tag: string): unknown[] {
  if (!isObject(parentSchema) || !Array.isArray(parentSchema.oneOf)) return [];
  return parentSchema.oneOf.flatMap((branch: unknown): unknown[] => {
    const property = isObject(branch) && isObject(branch.properties) ? branch.properties[tag] : undefined;
    if (!isObject(property)) return [];
    return Array.isArray(property.enum) ? property.enum : [property.const];
  });
}

function knownNames(parentSchema: unknown): string {
  if (!isObject(parentSchema) || !isObject(parentSchema.properties)) return '';
  const names = Object.keys(parentSchema.properties);
  if (names.length === 0) return '';
  return `; known are ${names.slice(0, MAX_LISTED).join(', ')}${names.length > MAX_LISTED ? ' and others' : ''}`;
}

const MAX_SHOWN_CHARS = 40;

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return kindOf(value);
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > MAX_SHOWN_CHARS ? `${value.slice(0, MAX_SHOWN_CHARS)}…` : value);
}

function lengthOf(data: unknown): string {
  return typeof data === 'string' || Array.isArray(data) ? String(data.length) : kindOf(data);
}

function joinOr(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}
