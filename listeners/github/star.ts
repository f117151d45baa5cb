/** A GitHub `star` webhook keeps the number of stars of each repository in the collection `repositories`. */
import { defineListener, Type } from '../../server/sdk.ts';
import { setNewer } from '../_lib/documents.ts';
import { isAbout, payloadOf, repositoryFacts, type Repository } from '../_lib/github.ts';
import { parts, text, time, whole } from '../_lib/read.ts';

export default defineListener({
  props: Type.Object({}, { additionalProperties: false }),

  async run(_props, event, api) {
    const star = payloadOf(event);
    if (!isAbout(api, 'star', 'starred_at' in star)) return { ignored: 'not a star' };

    const repository = parts(star.repository);
    const stars = whole(repository.stargazers_count);
    const doc: Repository = {
      ...repositoryFacts(repository),
      // The count, not plus or minus one: a delivery that comes twice or late must not be counted twice.
      ...(stars === null ? {} : { stars }),
      stars_at: time(repository.updated_at) ?? time(star.starred_at) ?? new Date(0),
    };
    const outcome = await setNewer(api.data.coll<Repository>('repositories'), doc, 'stars_at');
    const who = text(parts(star.sender).login) ?? 'somebody';
    api.log.info(`${who} ${star.action === 'deleted' ? 'took a star from' : 'starred'} ${doc.name}`, {
      stars,
      outcome,
    });
    return { repository: doc._id, stars, outcome };
  },
});
