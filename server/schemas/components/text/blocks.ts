/** Text with a form of its own. */
import { Type, type Static } from 'typebox';
import { choice, component } from '../base.ts';
import { Pixels } from '../tokens.ts';

export const markdown = component(
  'markdown',
  'Markdown, as CommonMark has it. HTML in it is shown as text; an image of another site becomes a link.',
  {
    value: Type.String({ maxLength: 200_000 }),
    level: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 5,
        default: 2,
        description: 'What its first level of headings is on this page.',
      }),
    ),
  },
  {
    examples: [
      {
        title: 'A comment',
        tree: {
          _type: 'markdown',
          level: 3,
          value:
            '# Retries start at once\n\nAfter a restart, **all** waiting runs are tried at the same time.\n\n1. stop the server\n2. start it again\n\n' +
            'See `queue/claim.ts` and [the manual](https://example.com/docs).\n\n```ts\nconst delayMs = 250;\n```\n\n> It was worse before.',
        },
      },
      {
        title: 'What is not taken',
        tree: {
          _type: 'markdown',
          value:
            'No <script>alert(1)</script>, no ![tracker](https://example.net/t.png), no [trick](javascript:alert(1)).',
        },
      },
      { title: 'Empty', tree: { _type: 'markdown', value: '' } },
    ],
  },
);
export type Markdown = Static<typeof markdown.schema>;

export const code = component(
  'code',
  'Program text, a command or a body, as it is. It can be copied.',
  {
    value: Type.String({ maxLength: 1_000_000 }),
    language: Type.Optional(choice('text', 'json', 'js', 'ts', 'sh', 'http', 'html', 'css', 'sql', 'yaml', 'python')),
    copy: Type.Optional(Type.Boolean({ default: true })),
    wrap: Type.Optional(Type.Boolean({ default: false, description: 'Breaks long lines; otherwise they scroll.' })),
    inline: Type.Optional(Type.Boolean({ default: false, description: 'A word within a line.' })),
    maxHeight: Type.Optional(Pixels(2_000)),
  },
  {
    examples: [
      {
        title: 'A command',
        tree: {
          _type: 'code',
          language: 'sh',
          value:
            'curl -X POST http://localhost:4000/apps/2f1c/webhooks/91aa \\\n  -H \'content-type: application/json\' \\\n  -d \'{ "order": 142, "paid": true }\'',
        },
      },
      {
        title: 'A long line, wrapped',
        tree: {
          _type: 'code',
          language: 'http',
          wrap: true,
          value: `webhook-signature: v1,${'K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='.repeat(4)}`,
        },
      },
      { title: 'A word', tree: { _type: 'code', inline: true, value: 'api.data.coll("orders")' } },
      { title: 'Empty', tree: { _type: 'code', value: '' } },
    ],
  },
);
export type Code = Static<typeof code.schema>;

export const kbd = component(
  'kbd',
  'Keys to press together.',
  { keys: Type.Array(Type.String({ minLength: 1, maxLength: 20 }), { minItems: 1, maxItems: 5 }) },
  {
    examples: [
      { title: 'Two', tree: { _type: 'kbd', keys: ['Ctrl', 'K'] } },
      { title: 'One', tree: { _type: 'kbd', keys: ['?'] } },
    ],
  },
);
export type Kbd = Static<typeof kbd.schema>;
