/** Documents of the app as the management API takes and shows them. What they hold is the app's own affair. */
import { Type, type Static } from 'typebox';
import type { JsonObject } from './json.ts';
import { pageQuery } from './list.ts';

const closed = { additionalProperties: false } as const;
const anyObject = (description: string) => Type.Unsafe<JsonObject>({ type: 'object', description });
/** Checked by the data API itself, which says what is wrong with it and where. */
const unchecked = (description: string) => Type.Optional(Type.Unknown({ description }));

export const Doc = Type.Unsafe<JsonObject & { readonly _id: string }>({
  type: 'object',
  required: ['_id'],
  description: 'A document. Times are ISO 8601 text and bytes base64.',
});
export type Doc = Static<typeof Doc>;

export const DocInput = anyObject('The document: any JSON object. Its `_id`, a text, is made where it is left out.');
export const DocChanges = anyObject(
  'The fields to set; the others stay. A dotted name means a field inside: `address.city`.',
);

/** The path says nothing of how they must look: a bad name of a collection is refused with a reason, not with 404. */
export const CollParams = Type.Object({ coll: Type.String({ description: 'The name of the collection.' }) });
export const DocParams = Type.Object({
  coll: Type.String({ description: 'The name of the collection.' }),
  id: Type.String({ description: 'The `_id` of the document.' }),
});

const with_revision = Type.Optional(
  Type.Boolean({ default: false, description: 'Shows the revision of each document as `_rev`.' }),
);
const if_revision = Type.Optional(
  Type.Integer({ minimum: 0, description: 'Only if this is the revision of the document; otherwise 409.' }),
);

export const CollectionListQuery = Type.Object(pageQuery, closed);
export const DocListQuery = Type.Object({ ...pageQuery, with_revision }, closed);
export const DocQuery = Type.Object({ with_revision }, closed);
export const DocWriteQuery = Type.Object({ if_revision, with_revision }, closed);
export const DocReplaceQuery = Type.Object(
  {
    if_revision,
    upsert: Type.Optional(Type.Boolean({ default: false, description: 'Makes the document where there is none.' })),
    with_revision,
  },
  closed,
);
export type DocReplaceQuery = Static<typeof DocReplaceQuery>;
export const DocDeleteQuery = Type.Object({ if_revision }, closed);

export const FindBody = Type.Object(
  {
    query: unchecked('A MongoDB filter; everything where left out.'),
    projection: unchecked('Fields with true, or fields with false.'),
    options: Type.Optional(
      Type.Object(
        {
          sort: unchecked('Fields with 1 or -1, the first one first.'),
          limit: unchecked('1 to 1,000; default 1,000.'),
          skip: unchecked('How many to leave out first.'),
          with_revision,
        },
        closed,
      ),
    ),
  },
  closed,
);
export type FindBody = Static<typeof FindBody>;

const upsert = Type.Optional(Type.Boolean({ default: false, description: 'Makes a document where none matches.' }));

export const UpdateManyBody = Type.Object(
  {
    filter: unchecked('Required; `{}` for all documents.'),
    update: unchecked('MongoDB update operators: `{ "$set": { "status": "paid" } }`.'),
    options: Type.Optional(Type.Object({ upsert }, closed)),
  },
  closed,
);
export type UpdateManyBody = Static<typeof UpdateManyBody>;

export const UpdateManyResult = Type.Object({
  matched: Type.Integer(),
  modified: Type.Integer(),
  upserted_id: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'Where `upsert` was asked for: the id of what was made.' }),
  ),
});
export type UpdateManyResult = Static<typeof UpdateManyResult>;

export const InsertManyBody = Type.Object(
  {
    documents: unchecked('Up to 1,000 documents.'),
  },
  closed,
);
export const InsertManyResult = Type.Object({ insertedIds: Type.Array(Type.String()) });
export type InsertManyResult = Static<typeof InsertManyResult>;

export const DeleteManyBody = Type.Object({ filter: unchecked('Required; `{}` for all documents.') }, closed);
export const DeleteManyResult = Type.Object({ deleted: Type.Integer() });
export type DeleteManyResult = Static<typeof DeleteManyResult>;

export const CountBody = Type.Object({ filter: unchecked('Everything where left out.') }, closed);
export const CountResult = Type.Object({ count: Type.Integer() });
export type CountResult = Static<typeof CountResult>;

export const AggregateBody = Type.Object(
  { pipeline: unchecked('A list of stages that read; at most 1,000 documents may come out of it.') },
  closed,
);

export const IndexBody = Type.Object(
  {
    keys: unchecked('Fields with 1 or -1, the first one first.'),
    unique: unchecked('Whether no two documents may have the same values.'),
  },
  closed,
);
export type IndexBody = Static<typeof IndexBody>;
export const IndexMade = Type.Object({ name: Type.String() });
export type IndexMade = Static<typeof IndexMade>;
export const Index = Type.Object({
  name: Type.String(),
  keys: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' }),
  unique: Type.Boolean(),
});
export type Index = Static<typeof Index>;

export const Collection = Type.Object({
  name: Type.String(),
  count: Type.Integer({ description: 'How many documents it has, as the database estimates.' }),
});
export type Collection = Static<typeof Collection>;

export const TransactionParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
export const Transaction = Type.Object({
  id: Type.String({
    description:
      'Secret, as a token is: sent as `x-transaction` beside the API token, or as bearer token in its place.',
  }),
  expires_at: Type.String({ format: 'date-time', description: 'When it ends if it is used without a longer pause.' }),
  idle_timeout_ms: Type.Integer({ description: 'The longest pause between two requests.' }),
});
export type Transaction = Static<typeof Transaction>;
export const TransactionToken = Type.String({ description: 'The token of the transaction.' });
