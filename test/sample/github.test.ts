import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import issues from '../../listeners/github/issues.ts';
import push from '../../listeners/github/push.ts';
import star from '../../listeners/github/star.ts';
import { aFakeApi } from './fakeApi.ts';

interface Definition {
  readonly name: string;
  readonly examples: readonly any[];
}
const definitions = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Definition[];
const all = definitions.flatMap(({ name, examples }) =>
  examples.map((payload, i) => ({ title: `${name} ${i} ${payload.action ?? ''}`, name, payload })),
);
const of = (event: string) => all.filter(({ name }) => name === event);
const othersThan = (event: string) => all.filter(({ name }) => name !== event);
const listeners = { push, issues, star };

it('has the examples of every GitHub event at hand', () => {
  expect(definitions).toHaveLength(58);
  expect([of('push').length, of('issues').length, of('star').length]).toEqual([7, 29, 3]);
});

describe('github.push', () => {
  it.each(of('push'))('keeps the last push of the repository: $title', async ({ payload }) => {
    const api = aFakeApi({ headers: { 'x-github-event': 'push' } });
    expect(await push({}, payload, api)).toEqual({ repository: `github:${payload.repository.id}`, outcome: 'created' });
    expect(api.docs('repositories')).toEqual([
      {
        _id: `github:${payload.repository.id}`,
        name: payload.repository.full_name,
        url: payload.repository.html_url,
        private: payload.repository.private,
        default_branch: payload.repository.default_branch,
        pushed_at: new Date(payload.repository.pushed_at * 1000),
        last_push: {
          ref: payload.ref,
          commit: payload.deleted ? null : payload.after,
          message: payload.head_commit?.message ?? null,
          pusher: payload.pusher.name,
          commits: payload.commits.length,
          forced: payload.forced,
          compare_url: payload.compare,
        },
      },
    ]);
  });

  it('does not let a push that comes late replace a newer one', async () => {
    const api = aFakeApi();
    const newer = structuredClone(of('push')[4]!.payload);
    const older = structuredClone(newer);
    older.repository.pushed_at -= 60;
    older.after = 'older';
    await push({}, newer, api);
    expect(await push({}, older, api)).toMatchObject({ outcome: 'outdated' });
    expect(api.docs('repositories')).toMatchObject([{ last_push: { commit: newer.after } }]);
  });

  it('passes over pushes to other branches than those in its props', async () => {
    const api = aFakeApi();
    const { payload } = of('push')[4]!;
    expect(await push({ branches: ['release'] }, payload, api)).toEqual({ ignored: 'a push to refs/heads/master' });
    expect(api.docs('repositories')).toEqual([]);
    await push({ branches: ['master'] }, payload, api);
    expect(api.docs('repositories')).toHaveLength(1);
  });
});

describe('github.star', () => {
  it.each(of('star'))('keeps the number of stars: $title', async ({ payload }) => {
    const api = aFakeApi({ headers: { 'x-github-event': 'star' } });
    await star({}, payload, api);
    expect(api.docs('repositories')).toEqual([
      {
        _id: `github:${payload.repository.id}`,
        name: payload.repository.full_name,
        url: payload.repository.html_url,
        private: payload.repository.private,
        default_branch: payload.repository.default_branch,
        stars: payload.repository.stargazers_count,
        stars_at: new Date(payload.repository.updated_at),
      },
    ]);
  });

  it('leaves the last push of the same repository as it is', async () => {
    const api = aFakeApi();
    await push({}, of('push')[0]!.payload, api);
    const [before] = api.docs('repositories');
    await star({}, of('star')[0]!.payload, api);
    expect(api.docs('repositories')).toEqual([{ ...before, stars: 1, stars_at: expect.any(Date) }]);
  });

  it('counts a star that is given and taken back, in whatever order it hears of it', async () => {
    const [created, , deleted] = of('star').map(({ payload }) => payload);
    for (const order of [
      [created, deleted],
      [deleted, created],
    ]) {
      const api = aFakeApi();
      for (const payload of order) await star({}, payload, api);
      expect(api.docs('repositories')).toMatchObject([{ stars: 0 }]);
    }
  });
});

describe('github.issues', () => {
  it.each(of('issues'))('keeps the issue as it is now: $title', async ({ payload }) => {
    const api = aFakeApi({ headers: { 'x-github-event': 'issues' } });
    const { issue } = payload;
    expect(await issues({}, payload, api)).toEqual({ issue: `github:${issue.id}`, outcome: 'created' });
    const isRemoved = payload.action === 'deleted' || payload.action === 'transferred';
    expect(api.docs('issues')).toEqual([
      {
        _id: `github:${issue.id}`,
        repository: payload.repository.full_name,
        number: issue.number,
        title: issue.title,
        state: issue.state ?? null,
        url: issue.html_url,
        author: issue.user.login,
        labels: (issue.labels ?? []).map((label: any) => label.name),
        assignees: issue.assignees.map((user: any) => user.login),
        milestone: issue.milestone?.title ?? null,
        opened_at: new Date(issue.created_at),
        closed_at: issue.closed_at === null ? null : new Date(issue.closed_at),
        updated_at: new Date(issue.updated_at),
        ...(isRemoved ? { removed: payload.action } : {}),
      },
    ]);
  });

  it('does not bring a deleted issue back when an older event comes late', async () => {
    const api = aFakeApi();
    const deleted = of('issues').find(({ payload }) => payload.action === 'deleted')!.payload;
    const edited = { ...deleted, action: 'edited', issue: { ...deleted.issue, title: 'late' } };
    await issues({}, deleted, api);
    await issues({}, edited, api);
    expect(api.docs('issues')).toMatchObject([{ removed: 'deleted' }]);
  });
});

describe.each(['push', 'issues', 'star'] as const)('github.%s', (name) => {
  const listener = listeners[name] as (props: object, event: any, api: any) => unknown;

  it.each(of(name))('changes nothing when it runs twice: $title', async ({ payload }) => {
    const api = aFakeApi();
    await listener({}, payload, api);
    const once = ['repositories', 'issues'].map(api.docs);
    await listener({}, payload, api);
    expect(['repositories', 'issues'].map(api.docs)).toEqual(once);
  });

  it('takes the payload from a form as well', async () => {
    const { payload } = of(name)[0]!;
    const asJson = aFakeApi();
    const asForm = aFakeApi();
    await listener({}, payload, asJson);
    await listener({}, { payload: JSON.stringify(payload) }, asForm);
    expect(['repositories', 'issues'].map(asForm.docs)).toEqual(['repositories', 'issues'].map(asJson.docs));
    await expect(listener({}, { payload: '{' }, asForm)).rejects.toThrow('payload');
  });

  it.each(othersThan(name))('ignores $title', async ({ name: other, payload }) => {
    for (const headers of [{ 'x-github-event': other }, undefined]) {
      const api = aFakeApi(headers === undefined ? {} : { headers });
      expect(await listener({}, payload, api)).toEqual({ ignored: expect.any(String) });
      expect([...api.docs('repositories'), ...api.docs('issues')]).toEqual([]);
    }
  });

  it.each([null, undefined, 'text', 7, [], [1], {}, { ref: 1 }, { issue: [] }])('ignores %j', async (event) => {
    expect(await listener({}, event, aFakeApi())).toEqual({ ignored: expect.any(String) });
  });
});
