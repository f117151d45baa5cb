/** One JSON route that everybody may open. */
import { defineManifest, view } from '../../../../../server/sdk.ts';

export default defineManifest({
  json: [
    {
      path: '/board',
      roles: ['guest'],
      view: view('board', { find: { coll: 'board', query: {}, options: { sort: { _id: 1 } } } }),
    },
  ],
});
