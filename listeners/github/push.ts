/**
 * A GitHub `push` webhook keeps the collection `repositories` up to date: one document per repository, with its last
 * push. Bind it to GitHub with content type application/json and `verify: { type: "github", secret: … }`.
 */
import { defineListener, Type } from '../../server/sdk.ts';
import { setNewer } from '../_lib/documents.ts';
import { isAbout, payloadOf, repositoryFacts, type Repository } from '../_lib/github.ts';
import { isObject, list, parts, text, time } from '../_lib/read.ts';

export default defineListener({
  props: Type.Object(
    {
      branches: Type.Optional(
        Type.Array(Type.String(), { description: 'Keep pushes to these branches only, such as ["main"].' }),
      ),
    },
    { additionalProperties: false },
  ),

  async run({ branches }, event, api) {
    const push = payloadOf(event);
    const ref = text(push.ref);
    if (ref === null || !isAbout(api, 'push', Array.isArray(push.commits) && isObject(push.pusher))) {
      return { ignored: 'not a push' };
    }
    if (branches !== undefined && !branches.includes(ref.replace(/^refs\/heads\//, ''))) {
      return { ignored: `a push to ${ref}` };
    }

    const repository = parts(push.repository);
    const head = parts(push.head_commit);
    const doc: Repository = {
      ...repositoryFacts(repository),
      pushed_at: time(repository.pushed_at) ?? time(head.timestamp) ?? new Date(0),
      last_push: {
        ref,
        commit: push.deleted === true ? null : text(push.after),
        message: text(head.message)?.split('\n')[0] ?? null,
        pusher: text(parts(push.pusher).name),
        commits: list(push.commits).length,
        forced: push.forced === true,
        compare_url: text(push.compare),
      },
    };
    const outcome = await setNewer(api.data.coll<Repository>('repositories'), doc, 'pushed_at');
    api.log.info(`${doc.name}: push to ${ref}`, { outcome });
    return { repository: doc._id, outcome };
  },
});
