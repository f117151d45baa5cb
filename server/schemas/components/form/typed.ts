/** Inputs that are typed into. What a person types is theirs: it is not replaced by what arrives from the server. */
import { Type, type Static } from 'typebox';
import { choice, component, event } from '../base.ts';
import { NUMBER_VALUE, TEXT_VALUE, fieldMembers, hint, listener, readOnly } from './shared.ts';

const lengths = {
  minLength: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  maxLength: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
};
const lines = Type.Optional(Type.Integer({ minimum: 1, maximum: 60 }));
const textEvents = {
  onChanged: '{ value: string }, 400 ms after the last key and when the input is left',
  onSubmitted: '{ value: string }, on Enter outside a form',
};

export const textfield = component(
  'textfield',
  'One line of text.',
  {
    value: Type.Optional(TEXT_VALUE),
    ...fieldMembers,
    hint,
    readOnly,
    enabled: Type.Optional(Type.Boolean({ description: '`false` says the same as `disabled`.' })),
    ...lengths,
    pattern: Type.Optional(
      Type.String({ maxLength: 500, description: 'A regular expression; `error` says what it means.' }),
    ),
    format: Type.Optional(choice('email', 'uri', 'uuid')),
    obscureText: Type.Optional(
      Type.Boolean({ description: 'Shows dots; for words to sign in with there is `password`.' }),
    ),
    keyboardType: Type.Optional(choice('text', 'email', 'url', 'phone', 'search', 'number', 'decimal')),
    onChanged: Type.Optional(event()),
    onSubmitted: Type.Optional(event()),
  },
  {
    events: textEvents,
    examples: [
      {
        title: 'With a sentence of help',
        tree: {
          _type: 'textfield',
          label: 'Title',
          value: 'Signature check fails on an empty body',
          help: 'What happens, and where.',
          maxLength: 200,
          onChanged: listener('renameIssue'),
        },
      },
      {
        title: 'Empty and required',
        tree: { _type: 'textfield', label: 'E-mail', hint: 'jane@example.com', keyboardType: 'email', required: true },
      },
      {
        title: 'Refused',
        tree: {
          _type: 'textfield',
          label: 'Repository',
          value: 'hello world',
          error: 'Expected owner/name, such as octo/hello-world.',
        },
      },
      {
        title: 'To be read',
        tree: { _type: 'textfield', label: 'Order', value: 'ord_1042', readOnly: true },
      },
    ],
  },
);
export type Textfield = Static<typeof textfield.schema>;

export const textArea = component(
  'text_area',
  'Several lines of text. Enter starts a new line; Ctrl or ⌘ and Enter submit the form.',
  {
    value: Type.Optional(TEXT_VALUE),
    ...fieldMembers,
    hint,
    readOnly,
    ...lengths,
    minLines: lines,
    maxLines: lines,
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: textEvents.onChanged },
    examples: [
      {
        title: 'A comment',
        tree: { _type: 'text_area', label: 'Comment', hint: 'What did you find?', minLines: 3, maxLength: 4_000 },
      },
      {
        title: 'Refused',
        tree: { _type: 'text_area', label: 'Note for the courier', value: 'Ring', error: 'At least ten letters.' },
      },
    ],
  },
);
export type TextArea = Static<typeof textArea.schema>;

export const numberField = component(
  'number_field',
  'A number to type; a comma is taken for a point.',
  {
    value: Type.Optional(NUMBER_VALUE),
    ...fieldMembers,
    hint,
    readOnly,
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    exclusiveMin: Type.Optional(Type.Number({ description: 'More than.' })),
    exclusiveMax: Type.Optional(Type.Number({ description: 'Less than.' })),
    step: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    integer: Type.Optional(Type.Boolean()),
    multipleOf: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    unit: Type.Optional(Type.String({ maxLength: 20 })),
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: '{ value: number | null }, null when it is empty' },
    examples: [
      {
        title: 'An amount',
        tree: { _type: 'number_field', label: 'Total', value: 129.9, min: 0, step: 0.1, unit: '€' },
      },
      {
        title: 'A whole number within bounds',
        tree: {
          _type: 'number_field',
          label: 'Attempts',
          value: 8,
          min: 1,
          max: 20,
          integer: true,
          help: 'From 1 to 20.',
          onChanged: listener('setAttempts'),
        },
      },
    ],
  },
);
export type NumberField = Static<typeof numberField.schema>;

export const password = component(
  'password',
  'A secret to type. What is typed never comes back from the server.',
  {
    ...fieldMembers,
    hint,
    ...lengths,
    autocomplete: Type.Optional(choice('current-password', 'new-password', 'off')),
    onSubmitted: Type.Optional(event()),
  },
  {
    events: { onSubmitted: textEvents.onSubmitted },
    examples: [
      { title: 'To sign in', tree: { _type: 'password', label: 'Password', name: 'password', required: true } },
      {
        title: 'A new one',
        tree: {
          _type: 'password',
          label: 'New password',
          name: 'password',
          minLength: 10,
          autocomplete: 'new-password',
          help: 'At least ten characters.',
        },
      },
    ],
  },
);
export type Password = Static<typeof password.schema>;

export const dateTime = component(
  'date_time',
  'A day, a time of day, or a moment.',
  {
    value: Type.Optional(TEXT_VALUE),
    ...fieldMembers,
    readOnly,
    mode: Type.Optional(choice('date', 'time', 'datetime')),
    zone: Type.Optional(
      Type.String({
        maxLength: 60,
        description: 'In which moments are shown and typed: `Europe/Paris`. The browser’s own, unless said.',
      }),
    ),
    min: Type.Optional(Type.String({ maxLength: 40 })),
    max: Type.Optional(Type.String({ maxLength: 40 })),
    onChanged: Type.Optional(event()),
  },
  {
    events: {
      onChanged:
        '{ value: string | null }: `2026-03-01`, `14:30`, or `2026-03-01T13:30:00.000Z` with mode datetime, which is the usual one',
    },
    examples: [
      {
        title: 'A moment in a zone',
        tree: { _type: 'date_time', label: 'Ship at', value: '2026-03-01T13:30:00.000Z', zone: 'Europe/Paris' },
      },
      {
        title: 'A day',
        tree: { _type: 'date_time', label: 'Due', mode: 'date', value: '2026-03-01', min: '2026-01-01' },
      },
      { title: 'A time of day', tree: { _type: 'date_time', label: 'Every day at', mode: 'time', value: '02:00' } },
    ],
  },
);
export type DateTime = Static<typeof dateTime.schema>;
