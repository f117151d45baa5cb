/** A GitHub `issues` webhook keeps the collection `issues` up to date: one document per issue, as it is now. */
import { defineListener, NonRetriableError, Type } from '../../server/sdk.ts';
import { setNewer } from '../_lib/documents.ts';
import { isAbout, payloadOf } from '../_lib/github.ts';
import { isObject, list, parts, text, time, whole, type Parts } from '../_lib/read.ts';

export interface Issue {
  readonly _id: string;
  readonly repository: string | null;
  readonly number: number | null;
  readonly title: string | null;
  readonly state: string | null;
  readonly url: string | null;
  readonly author: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly milestone: string | null;
  readonly opened_at: Date | null;
  readonly closed_at: Date | null;
  readonly updated_at: Date;
  /** Set once the issue has left the repository; what comes late afterwards does not bring it back. */
  readonly removed?: 'deleted' | 'transferred';
}

export default defineListener({
  props: Type.Object({}, { additionalProperties: false }),

  async run(_props, event, api) {
    const { action, issue, comment, repository } = payloadOf(event);
    // Comments on issues carry the issue too, but are another event.
    if (!isObject(issue) || !isAbout(api, 'issues', comment === undefined)) return { ignored: 'not an issue' };

    const doc = issueOf(issue, parts(repository));
    const isRemoved = action === 'deleted' || action === 'transferred';
    const kept: Issue = isRemoved ? { ...doc, removed: action } : doc;
    const outcome = await setNewer(api.data.coll<Issue>('issues'), kept, 'updated_at');
    api.log.info(`${doc.repository ?? 'an issue'}#${String(doc.number)} ${text(action) ?? 'seen'}`, { outcome });
    return { issue: doc._id, outcome };
  },
});

function issueOf(issue: Parts, repository: Parts): Issue {
  const id = whole(issue.id);
  if (id === null) throw new NonRetriableError('expected an issue with an id');
  return {
    _id: `github:${String(id)}`,
    repository: text(repository.full_name),
    number: whole(issue.number),
    title: text(issue.title),
    state: text(issue.state),
    url: text(issue.html_url),
    author: text(parts(issue.user).login),
    labels: texts(issue.labels, 'name'),
    assignees: texts(issue.assignees, 'login'),
    milestone: text(parts(issue.milestone).title),
    opened_at: time(issue.created_at),
    closed_at: time(issue.closed_at),
    updated_at: time(issue.updated_at) ?? new Date(0),
  };
}

function texts(items: unknown, member: string): readonly string[] {
  return list(items).flatMap((item) => text(parts(item)[member]) ?? []);
}
