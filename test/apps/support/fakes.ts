/** The stores of apps/, in memory. */
import type { AppDocument, AppStore } from '../../../server/apps/store.ts';
import type { TokenDocument, TokenStore } from '../../../server/apps/tokens/store.ts';

export function fakeAppStore(): AppStore & { readonly environments: Map<number, string> } {
  let app: AppDocument | null = null;
  let check: string | null = null;
  const environments = new Map<number, string>();
  return {
    environments,
    find: () => Promise.resolve(app),
    insertIfAbsent: (uuid, now) => Promise.resolve((app ??= { _id: 'app', uuid, created_at: now, is_ready: false })),
    markReady: () => {
      if (app !== null) app = { ...app, is_ready: true };
      return Promise.resolve();
    },
    ensureEnvironments: (all) => {
      for (const { id, name } of all) environments.set(id, name);
      return Promise.resolve();
    },
    findKeyCheck: () => Promise.resolve(check),
    keepKeyCheck: (value) => Promise.resolve((check ??= value)),
  };
}

export function fakeTokenStore(): TokenStore & { readonly all: Map<string, TokenDocument> } {
  const all = new Map<string, TokenDocument>();
  const find = (test: (token: TokenDocument) => boolean) => [...all.values()].find(test) ?? null;
  return {
    all,
    ensureIndexes: () => Promise.resolve(),
    insert: (token) => {
      if (find(({ hash }) => hash === token.hash)) return Promise.resolve('token_known');
      if (find((each) => each.environment_id === token.environment_id && each.slot === token.slot)) {
        return Promise.resolve('slot_taken');
      }
      all.set(token._id, token);
      return Promise.resolve('inserted');
    },
    findByHash: (hash) => Promise.resolve(find((token) => token.hash === hash)),
    list: (environmentId, { limit }) => {
      const items = [...all.values()].filter((token) => token.environment_id === environmentId).slice(0, limit);
      return Promise.resolve({ items, next: null });
    },
    takenSlots: (environmentId) => {
      const own = [...all.values()].filter((token) => token.environment_id === environmentId);
      return Promise.resolve(new Set(own.map(({ slot }) => slot)));
    },
    remove: (environmentId, id) => {
      const token = find((each) => each._id === id && each.environment_id === environmentId);
      all.delete(token?._id ?? '');
      return Promise.resolve(token);
    },
    touch: (id, at) => {
      const token = all.get(id);
      if (token !== undefined) all.set(id, { ...token, last_used_at: at });
      return Promise.resolve();
    },
  };
}
