/** One large value: JSON, what changed in it, and lines of a log. */
import { Type, type Static } from 'typebox';
import { choice, component, data } from '../base.ts';
import { diffExamples, jsonExamples, logExamples } from './valueExamples.ts';

export const json = component(
  'json',
  'JSON to read: folded, searchable, with copies of values and paths. What is longer than 1 MB shows its beginning and can be downloaded.',
  {
    value: Type.Optional(data()),
    text: Type.Optional(
      Type.String({ description: 'JSON as text, instead of `value`: integers of any length keep all their digits.' }),
    ),
    depth: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, default: 2, description: 'How many levels stand open at the start.' }),
    ),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Of the file, when it is downloaded.' })),
  },
  { examples: jsonExamples },
);
export type JsonComponent = Static<typeof json.schema>;

export const diff = component(
  'diff',
  'What changed between two JSON values, by lines. Members are put in order first, so that only real changes show.',
  {
    before: data(),
    after: data(),
    beforeTitle: Type.Optional(Type.String({ maxLength: 200, default: 'Before' })),
    afterTitle: Type.Optional(Type.String({ maxLength: 200, default: 'After' })),
  },
  { examples: diffExamples },
);
export type Diff = Static<typeof diff.schema>;

const LogLine = Type.Object(
  {
    at: Type.Optional(Type.String({ description: 'ISO 8601.' })),
    level: Type.Optional(choice('debug', 'info', 'warn', 'error')),
    text: Type.String(),
  },
  { additionalProperties: false },
);
export type LogLine = Static<typeof LogLine>;

export const log = component(
  'log',
  'Lines as they come. Follows the end while the end is in sight, and stays where it is when somebody reads further up.',
  {
    lines: Type.Array(LogLine, { maxItems: 20_000 }),
    height: Type.Optional(choice('small', 'medium', 'large')),
    follow: Type.Optional(Type.Boolean({ default: true })),
  },
  { examples: logExamples },
);
export type Log = Static<typeof log.schema>;
