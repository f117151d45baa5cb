/** Opens what is stored, and what is needed to read it. */
import { randomUUID } from 'node:crypto';
import { createAuthenticator } from '../apps/tokens/authenticate.ts';
import { createManageTokens } from '../apps/tokens/manage.ts';
import { createTokenStore } from '../apps/tokens/store.ts';
import { ensureApp } from '../apps/firstStart.ts';
import { loadSecretKey } from '../apps/secretKey.ts';
import { createAppStore } from '../apps/store.ts';
import { openDatabase } from '../db/open.ts';
import { ensurePrivateDir } from '../lib/secretFiles.ts';
import { createLeases } from '../queue/leases.ts';
import type { RunDocument } from '../runs/document.ts';
import { lostAttemptOf } from '../runs/outcome.ts';
import { createRunStore, RUNS_COLLECTION } from '../runs/store.ts';
import { createWebhookStore } from '../webhooks/store.ts';
import type { Tools } from './tools.ts';

/** The database, the stores in it, the app with its tokens, and the keys. */
export async function openStorage({ config, lifecycle, clock, newId, log }: Tools) {
  const { dataDir } = config;
  await ensurePrivateDir(dataDir);
  const database = await openDatabase({ mongodbUrl: config.mongodbUrl, dataDir, lifecycle, log });
  const { platform } = database;
  const apps = createAppStore(platform);
  const tokenStore = createTokenStore(platform);
  const runStore = createRunStore(platform);
  const webhookStore = createWebhookStore(platform);
  const leases = createLeases<RunDocument>({
    connection: platform,
    collection: RUNS_COLLECTION,
    owner: randomUUID(),
    onClaim: lostAttemptOf,
  });
  for (const store of [tokenStore, runStore, webhookStore, leases]) await store.ensureIndexes();
  const secretKey = await loadSecretKey({ dataDir, given: config.secretKey, apps });
  const tokens = createManageTokens({ store: tokenStore, forget: (hash) => authenticator.forget(hash), newId, clock });
  const app = await ensureApp({ apps, keepToken: tokens.keep, dataDir, clock });
  const authenticator = createAuthenticator({ store: tokenStore, appUuid: app.uuid, clock, log });
  return { database, runStore, webhookStore, leases, secretKey, authenticator, tokens, app };
}

export type Storage = Awaited<ReturnType<typeof openStorage>>;
