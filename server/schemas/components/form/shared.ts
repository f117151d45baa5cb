/**
 * What all inputs share. Within a `form` an input adds its value under its `name`, and `onChanged` is for what should
 * happen while a person types; outside a form its events are all that leaves the browser.
 */
import { Type, type Static } from 'typebox';
import { choice } from '../base.ts';
import type { Json } from '../../json.ts';

const text = (maxLength: number, description?: string) =>
  Type.Optional(Type.String({ maxLength, ...(description && { description }) }));
const flag = (description?: string) => Type.Optional(Type.Boolean(description === undefined ? {} : { description }));

/** `label`, which is tied to the input, is one of the members that every component has. */
export const fieldMembers = {
  name: text(500, 'Within a form: the member of its value. With dots it nests: `address.city`.'),
  help: text(1_000, 'A sentence below the input.'),
  error: text(1_000, 'What is wrong, in a sentence; shown until the value changes.'),
  required: flag('A form is not sent without it.'),
  disabled: flag(),
  autofocus: flag(),
  whenEmpty: Type.Optional(
    Type.Unsafe<'omit' | 'null'>({
      type: 'string',
      enum: ['omit', 'null'],
      description: 'Within a form: an empty input is left out of its value, or is null there.',
    }),
  ),
};

export const readOnly = flag('Can be read and copied, not changed.');
export const hint = text(200, 'Shown within, while it is empty.');

export const TEXT_VALUE = Type.Unsafe<string | null>({ type: ['string', 'null'] });
export const NUMBER_VALUE = Type.Unsafe<number | null>({ type: ['number', 'null'] });

export type Scalar = string | number | boolean | null;
export const Scalar = Type.Unsafe<Scalar>({ type: ['string', 'number', 'boolean', 'null'] });

/** One of several things to choose. */
export const Option = Type.Object(
  {
    value: Scalar,
    label: text(500, 'The value itself, unless said.'),
    disabled: flag(),
    group: text(200, 'Options of one group stand under its name.'),
  },
  { additionalProperties: false },
);
export type Option = Static<typeof Option>;
export const options = Type.Array(Option, { maxItems: 1_000 });

export const Direction = choice('horizontal', 'vertical');

/** What a file input gives: the whole file, as text. */
export interface SentFile {
  readonly [member: string]: Json;
  readonly name: string;
  /** As the browser guesses it; to be checked before anything depends on it. */
  readonly type: string;
  /** Of the file itself, in bytes. */
  readonly size: number;
  readonly base64: string;
}

export const listener = (name: string) => ({ _type: 'listener', name, props: {} });

/** What the events of inputs with options carry. */
export const chosen = { onChanged: '{ value }: the value of the option, null when it was taken away' };

/** For the examples. */
export const statuses = [
  { value: 'open', label: 'Open' },
  { value: 'in_progress', label: 'In progress' },
  { value: 'closed', label: 'Closed' },
];
