/** JSON routes over a few collections, for the tests of what clients see of changes that are made over HTTP. */
import { defineManifest, Type, view } from '../../../../../server/sdk.ts';

const roles = ['guest'];
const open = { coll: 'items', query: { status: 'open', n: { $gte: 3 } }, options: { sort: { _id: 1 } } } as const;

export default defineManifest({
  json: [
    {
      path: '/sorted',
      roles,
      view: view('rows', { find: { coll: 'items', options: { sort: { n: -1, _id: 1 }, skip: 1, limit: 4 } } }),
    },
    { path: '/filtered', roles, view: view('rows', { find: open }) },
    {
      path: '/both',
      roles,
      view: view('both', {
        finds: {
          open,
          tagged: {
            coll: 'items',
            query: { tags: { $in: ['x', 'y'] }, gone: { $exists: false } },
            options: { sort: { _id: -1 } },
          },
        },
      }),
    },
    { path: '/mine', roles, view: view('rows', { find: { coll: 'items', query: { owner: '@me' } } }) },
    { path: '/others', roles, view: view('rows', { find: { coll: 'items', query: { owner: { $ne: '@me' } } } }) },
    { path: '/named', roles, view: view('rows', { find: { coll: 'items', query: { owner: '@query.name' } } }) },
    { path: '/state', roles, view: view('state') },
  ],
  schemas: {
    orders: Type.Object({
      amount: Type.Integer({ minimum: 0 }),
      lines: Type.Optional(Type.Array(Type.Object({ sku: Type.String() }))),
    }),
  },
});
