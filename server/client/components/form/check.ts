/**
 * What a browser can say about a value before it is sent, in a sentence. The server decides; this only spares the way
 * there. Nothing here knows React, so that tests can ask the same questions.
 */
import type { AnyComponent } from '../../../schemas/components/base.ts';
import type { DateTime, NumberField, Textfield } from '../../../schemas/components/form/typed.ts';
import type { MultiSelect, Tags } from '../../../schemas/components/form/picked.ts';
import type { Json } from '../../../schemas/json.ts';

/** Undefined where there is nothing to say against it. */
export function faultOf(node: AnyComponent, value: Json): string | undefined {
  if (node._type === 'json_editor') return undefined; // any JSON is right, and its text is looked at where it is typed
  if (isEmpty(value) || (node._type === 'checkbox' && value === false)) {
    return node.required === true ? requiredFault(node._type) : minItemsFault(node, value);
  }
  switch (node._type) {
    case 'textfield':
    case 'text_area':
    case 'password':
      return textFault(node as unknown as Textfield, value as string);
    case 'number_field':
      return numberFault(node as unknown as NumberField, value);
    case 'date_time':
      return timeFault(node as unknown as DateTime, value as string);
    case 'multi_select':
    case 'tags':
      return listFault(node as unknown as Tags | MultiSelect, value as readonly string[]);
    default:
      return undefined;
  }
}

export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function requiredFault(type: string): string {
  switch (type) {
    case 'checkbox':
      return 'This has to be ticked.';
    case 'select':
    case 'multi_select':
    case 'radio':
    case 'radio_group':
    case 'segmented':
    case 'file':
      return 'Choose one.';
    default:
      return 'This is needed.';
  }
}

/** As the server's AJV has them. */
const formats = {
  email: {
    fits: /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i,
    is: 'an e-mail address, such as jane@example.com',
  },
  uri: { fits: /^[a-z][a-z0-9+.-]*:(?:\/\/)?[^\s]+$/i, is: 'an address, such as https://example.com' },
  uuid: { fits: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i, is: 'a UUID' },
};

function textFault(
  node: Pick<Textfield, 'minLength' | 'maxLength' | 'pattern' | 'format'>,
  value: string,
): string | undefined {
  const length = lengthOf(value);
  const { minLength = 0, maxLength = Infinity, format, pattern } = node;
  if (length < minLength) return `At least ${counted(minLength, 'character')}; here are ${length}.`;
  if (length > maxLength) return `At most ${counted(maxLength, 'character')}; here are ${length}.`;
  if (format !== undefined && !formats[format].fits.test(value)) return `Expected ${formats[format].is}.`;
  return pattern === undefined || matches(pattern, value) ? undefined : `Expected a text that matches ${pattern}.`;
}

/** Characters as JSON Schema counts them, not halves of them. */
const lengthOf = (text: string) => Array.from(text).length;

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true; // the server knows a dialect that this browser does not
  }
}

function numberFault(node: NumberField, value: Json): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'Expected a number.';
  if (node.integer === true && !Number.isInteger(value)) return 'Expected a whole number.';
  if (node.min !== undefined && value < node.min) return `Expected at least ${node.min}.`;
  if (node.max !== undefined && value > node.max) return `Expected at most ${node.max}.`;
  if (node.exclusiveMin !== undefined && value <= node.exclusiveMin) return `Expected more than ${node.exclusiveMin}.`;
  if (node.exclusiveMax !== undefined && value >= node.exclusiveMax) return `Expected less than ${node.exclusiveMax}.`;
  if (node.multipleOf !== undefined && !Number.isInteger(value / node.multipleOf)) {
    return `Expected a multiple of ${node.multipleOf}.`;
  }
  return undefined;
}

const shapes = {
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
};

function timeFault({ mode = 'datetime', min, max }: DateTime, value: string): string | undefined {
  if (!shapes[mode].test(value))
    return mode === 'time' ? 'Expected a time of day.' : 'Expected a day within the years 0001 to 9999.';
  if (min !== undefined && value < min) return `Not before ${min}.`;
  if (max !== undefined && value > max) return `Not after ${max}.`;
  return undefined;
}

function minItemsFault({ minItems, whenEmpty }: AnyComponent, value: Json): string | undefined {
  return whenEmpty === undefined && typeof minItems === 'number' && minItems > 0 && Array.isArray(value)
    ? `At least ${counted(minItems, 'entry', 'entries')}.`
    : undefined;
}

function listFault(node: Tags | MultiSelect, value: readonly string[]): string | undefined {
  const { minItems = 0, maxItems = Infinity } = node;
  if (value.length < minItems) return `At least ${counted(minItems, 'entry', 'entries')}.`;
  if (value.length > maxItems) return `At most ${counted(maxItems, 'entry', 'entries')}.`;
  if (node._type !== 'tags') return undefined;
  for (const each of value) {
    const fault = textFault(node, each);
    if (fault !== undefined) return `“${each}”: ${fault}`;
  }
  return undefined;
}

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
