/** Routes of an app that goes wrong wherever it can, for the tests of what holds all the same. */
const guest = ['guest'];
const of = (name: string, more: object = {}) => ({ _type: 'view', name, ...more });
const notes = (query: object) => ({ find: { coll: 'notes', query, options: { sort: { text: 1 } } } });

export default {
  pages: [
    { path: '/', roles: guest, view: of('hello') },
    { path: '/mine', roles: guest, view: of('notes', notes({ owner: '@me' })) },
    { path: '/found', roles: guest, view: of('notes', notes({ status: '@query.status' })) },
    { path: '/not', roles: guest, view: of('notes', notes({ status: { $ne: '@query.status' } })) },
    { path: '/pattern', roles: guest, view: of('notes', notes({ status: { $regex: '@query.status' } })) },
    { path: '/note/:text', roles: guest, view: of('notes', notes({ text: '@route.text' })) },
    { path: '/many', roles: guest, view: of('many') },
    { path: '/user', view: of('hello') },
    { path: '/boss', roles: ['boss'], view: of('buttons') },
    { path: '/mixed', view: of('mixed') },
    { path: '/branch', roles: guest, view: of('branch', { find: { coll: 'flags' } }) },
    { path: '/links', roles: guest, view: of('links') },
    { path: '/props', roles: guest, view: of('props') },
    { path: '/texts', roles: guest, view: of('texts', { find: { coll: 'texts' } }) },
    { path: '/harm/:how', roles: guest, view: of('harmAndHello') },
  ],
  json: [
    { path: '/raw', roles: guest, view: of('raw', { find: { coll: 'inbox' } }) },
    { path: '/state', roles: guest, view: of('state') },
    { path: '/inspect', roles: guest, view: of('inspect') },
    { path: '/proto', roles: guest, view: of('raw', { find: { coll: 'protos' } }) },
    { path: '/large', roles: guest, view: of('raw', { find: { coll: 'large' } }) },
  ],
};
