/** Many documents of a collection at once: found, counted, run through stages, made, updated, deleted. */
import { Type } from 'typebox';
import {
  AggregateBody,
  CollParams,
  CountBody,
  CountResult,
  DeleteManyBody,
  DeleteManyResult,
  Doc,
  FindBody,
  InsertManyBody,
  InsertManyResult,
  UpdateManyBody,
  UpdateManyResult,
} from '../../schemas/data.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { defineRoute, type Route } from '../route.ts';
import type { DataRouteDeps } from './data.ts';

const COLL = '/app/colls/:coll';

export function manyRoutes({ data }: Pick<DataRouteDeps, 'data'>): readonly Route[] {
  const shared = {
    method: 'post',
    tag: 'Data',
    takesTransaction: true,
    keepsAllKeys: true,
    params: CollParams,
  } as const;
  return [
    defineRoute({
      ...shared,
      path: `${COLL}/docs/find`,
      summary: 'Find documents',
      auth: 'read',
      body: FindBody,
      bodyOptional: true,
      example: {
        query: { status: 'open' },
        projection: { amount: true },
        options: { sort: { amount: -1 }, limit: 10 },
      },
      responses: { 200: { description: 'The documents found.', schema: Type.Array(Doc) } },
      handle: async ({ access, params, body }) => ({ status: 200, body: await data.find(access, params.coll, body) }),
    }),
    defineRoute({
      ...shared,
      path: `${COLL}/count`,
      summary: 'Count documents',
      auth: 'read',
      body: CountBody,
      bodyOptional: true,
      example: { filter: { status: 'open' } },
      responses: { 200: { description: 'How many match.', schema: CountResult } },
      handle: async ({ access, params, body: { filter } }) => ({
        status: 200,
        body: { count: await data.count(access, params.coll, filter) },
      }),
    }),
    defineRoute({
      ...shared,
      path: `${COLL}/aggregate`,
      summary: 'Run documents through stages that read',
      auth: 'read',
      body: AggregateBody,
      example: { pipeline: [{ $group: { _id: '$status', total: { $sum: '$amount' } } }, { $sort: { total: -1 } }] },
      responses: {
        200: { description: 'What comes out.', schema: Type.Array(Type.Unsafe<JsonObject>({ type: 'object' })) },
      },
      handle: async ({ access, params, body: { pipeline } }) => ({
        status: 200,
        body: await data.aggregate(access, params.coll, pipeline),
      }),
    }),
    defineRoute({
      ...shared,
      path: `${COLL}/insertMany`,
      summary: 'Make many documents',
      description:
        'Those whose `_id` is taken are left out and answered as a conflict; within a transaction, none is made.',
      auth: 'write',
      body: InsertManyBody,
      example: { documents: [{ amount: 1 }, { amount: 2 }] },
      responses: { 201: { description: 'Their ids, in the order given.', schema: InsertManyResult } },
      handle: async ({ access, params, body: { documents } }) => ({
        status: 201,
        body: await data.insertMany(access, params.coll, documents),
      }),
    }),
    defineRoute({
      ...shared,
      path: `${COLL}/updateMany`,
      summary: 'Update many documents',
      description: 'One event for each document that changes.',
      auth: 'write',
      body: UpdateManyBody,
      example: { filter: { status: 'open' }, update: { $set: { status: 'paid' } } },
      responses: { 200: { description: 'How many matched and changed.', schema: UpdateManyResult } },
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await data.updateMany(access, params.coll, body),
      }),
    }),
    defineRoute({
      ...shared,
      path: `${COLL}/deleteMany`,
      summary: 'Delete many documents',
      description: 'One event for each document.',
      auth: 'write',
      body: DeleteManyBody,
      example: { filter: { status: 'canceled' } },
      responses: { 200: { description: 'How many were deleted.', schema: DeleteManyResult } },
      handle: async ({ access, params, body: { filter } }) => ({
        status: 200,
        body: await data.deleteMany(access, params.coll, filter),
      }),
    }),
  ];
}
