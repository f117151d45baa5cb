/**
 * Which paths there are, what they show and to whom. The sample's pages are open to everybody (`guest`), so that they can
 * be looked at right away; without `roles`, a route is for people who have signed in.
 */
import { defineManifest, Type, view } from '../server/sdk.ts';

const everybody = ['guest'];
const newest = { created_at: -1 } as const;

export default defineManifest({
  pages: [
    { path: '/', title: 'Overview', roles: everybody, view: view('overview') },
    { path: '/orders', title: 'Orders', roles: everybody, view: view('orders.page') },
    { path: '/orders/new', title: 'New order', roles: everybody, view: view('orders.new') },
    {
      path: '/orders/:id',
      title: 'Order',
      roles: everybody,
      view: view('orders.detail', { find: { coll: 'orders', query: { _id: '@route.id' } } }),
    },
    { path: '/summaries', title: 'Summaries', roles: everybody, view: view('summaries.page') },
    {
      path: '/repositories',
      title: 'Repositories',
      roles: everybody,
      view: view('repositories', { find: { coll: 'repositories', options: { sort: { name: 1 } } } }),
    },
    { path: '/issues', title: 'Issues', roles: everybody, view: view('issues') },
  ],
  json: [
    {
      path: '/orders',
      roles: everybody,
      view: view('orders.json', { find: { coll: 'orders', options: { sort: newest, limit: 20 } } }),
    },
  ],
  schemas: {
    orders: Type.Object({
      status: Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('shipped')]),
      amount: Type.Optional(Type.Integer({ minimum: 0 })),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
      note: Type.Optional(Type.String({ maxLength: 2_000 })),
    }),
  },
});
