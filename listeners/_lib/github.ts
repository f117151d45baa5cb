/** What the GitHub listeners share: which deliveries are theirs, and what is kept of a repository. */
import { NonRetriableError, type ListenerApi } from '../../server/sdk.ts';
import { parts, text, whole, type Parts } from './read.ts';

/** One document per repository; each listener keeps its own part of it up to date. */
export interface Repository {
  readonly _id: string;
  readonly name: string;
  readonly url: string | null;
  readonly private: boolean;
  readonly default_branch: string | null;
  /** Kept by github.star. */
  readonly stars?: number;
  readonly stars_at?: Date;
  /** Kept by github.push. */
  readonly pushed_at?: Date;
  readonly last_push?: {
    readonly ref: string;
    readonly commit: string | null;
    readonly message: string | null;
    readonly pusher: string | null;
    readonly commits: number;
    readonly forced: boolean;
    readonly compare_url: string | null;
  };
}

/**
 * GitHub sends every kind of event a webhook is subscribed to, and a `ping` at first, to the same URL and says which
 * in a header. Where there is no header, as in a run by hand, the listener goes by what the event looks like.
 */
export function isAbout(api: Pick<ListenerApi, 'request'>, name: string, looksRight: boolean): boolean {
  const named = api.request?.headers['x-github-event'];
  return named === undefined ? looksRight : named === name && looksRight;
}

/** The event, also where the webhook was left on GitHub's default content type: a form with the JSON in `payload`. */
export function payloadOf(event: unknown): Parts {
  const { payload } = parts(event);
  if (typeof payload !== 'string') return parts(event);
  try {
    return parts(JSON.parse(payload));
  } catch (cause) {
    throw new NonRetriableError('expected the form field `payload` to hold JSON', { cause });
  }
}

/** What every event tells about its repository. */
export function repositoryFacts(repository: Parts): Repository {
  const id = whole(repository.id);
  const name = text(repository.full_name);
  if (id === null || name === null) throw new NonRetriableError('expected a repository with an id and a full_name');
  return {
    _id: `github:${String(id)}`,
    name,
    url: text(repository.html_url),
    private: repository.private === true,
    default_branch: text(repository.default_branch),
  };
}
