import { describe, expect, it } from 'vitest';
import type { Manifest, ViewRoute } from '../../server/schemas/view.ts';
import { matchRoute } from '../../server/views/routes/match.ts';
import { compileRoutes } from '../../server/views/routes/table.ts';
import { guest, user } from './support/rig.ts';

const route = (path: string, view: string, more: Partial<ViewRoute> = {}): ViewRoute => ({
  path,
  view: { _type: 'view', name: view },
  roles: ['guest'],
  ...more,
});
const manifest: Manifest = {
  pages: [
    route('/', 'home'),
    route('/desk', 'adminDesk', { roles: ['admin'] }),
    route('/desk', 'userDesk', { roles: ['user'] }),
    route('/orders/new', 'newOrder'),
    route('/orders/:id', 'order'),
    route('/pages/:n', 'numbered', {
      params: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } },
      query: {
        type: 'object',
        properties: {
          page: { type: 'integer', minimum: 1, default: 1 },
          all: { type: 'boolean' },
          q: { type: 'string' },
        },
        additionalProperties: false,
      },
    }),
    { path: '/private', view: { _type: 'view', name: 'private' } },
    route('/admin', 'admin', { roles: ['admin'] }),
  ],
};
const { table, problems } = compileRoutes(manifest);
const at = (path: string, who = guest, query: Record<string, string> = {}) => {
  const { route: found, ...rest } = matchRoute(table, { kind: 'page', path, query }, who);
  return { view: found.route.view.name, ...rest };
};
const program = { environmentId: 1, userId: null, roles: ['guest', 'user', 'program'], mayRun: true };

describe('routes', () => {
  it.each([
    ['/', 'home', {}],
    ['/orders/new', 'newOrder', {}],
    ['/orders/new/', 'newOrder', {}],
    ['/orders/42', 'order', { id: '42' }],
    ['/orders/%40me', 'order', { id: '@me' }],
    ['/orders/a%2Fb', 'order', { id: 'a/b' }],
    ['/pages/7', 'numbered', { n: 7 }],
  ])('lead from %s to the view %s', (path, view, params) => {
    expect(at(path)).toMatchObject({ view, params });
  });

  it.each([
    ['/nowhere'],
    ['/orders'],
    ['/orders//'],
    ['/orders/1/2'],
    ['/pages/x'],
    ['/pages/0'],
    ['/orders/%E0%A4%A'],
  ])('lead nowhere from %s', (path) => {
    expect(() => at(path)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('prefer the first that the person may open', () => {
    expect(at('/desk', user('u1')).view).toBe('userDesk');
    expect(at('/desk', user('u1', 'admin')).view).toBe('adminDesk');
  });

  it('are for users unless they say otherwise, and open to programs all', () => {
    expect(() => at('/private')).toThrow(expect.objectContaining({ code: 'unauthorized' }));
    expect(at('/private', user('u1')).view).toBe('private');
    expect(() => at('/admin', user('u1'))).toThrow(expect.objectContaining({ code: 'forbidden' }));
    expect(at('/admin', program).view).toBe('admin');
  });

  it('read the query as their schema says, and leave out what does not fit', () => {
    expect(at('/pages/1', guest, { page: '3', all: 'true', q: '5' }).query).toEqual({ page: 3, all: true, q: '5' });
    expect(at('/pages/1', guest, { page: '0', all: 'yes', other: '1' }).query).toEqual({ page: 1 });
    expect(at('/', guest, { 'status[$ne]': '1', n: '2' }).query).toEqual({ 'status[$ne]': '1', n: '2' });
  });

  it('that cannot be used are told and left out', () => {
    expect(problems).toEqual([]);
    const bad = compileRoutes({
      pages: [
        route('/x/:1', 'x'),
        route('/:a/:a', 'x'),
        route('/ok', 'ok'),
        route('/y', 'y', { params: { type: 'nonsense' } }),
      ],
    });
    expect(bad.table.page.map(({ route: { path } }) => path)).toEqual(['/ok']);
    expect(bad.problems).toHaveLength(3);
  });
});
