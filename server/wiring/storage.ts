/** Opens what is stored, and what is needed to read it. */
import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { createAuthenticator } from '../apps/tokens/authenticate.ts';
import { createManageTokens } from '../apps/tokens/manage.ts';
import { createTokenStore } from '../apps/tokens/store.ts';
import { ensureApp } from '../apps/firstStart.ts';
import { loadSecretKey } from '../apps/secretKey.ts';
import { createAppStore } from '../apps/store.ts';
import { createUserStore } from '../apps/users/store.ts';
import { createAttemptStore } from '../apps/users/storeAttempts.ts';
import { createSessionStore } from '../apps/users/storeSessions.ts';
import type { CronDocument } from '../crons/document.ts';
import { createCronStore, CRONS_COLLECTION } from '../crons/store.ts';
import { openDatabase } from '../db/open.ts';
import type { DeliveryDocument } from '../deliveries/document.ts';
import { createHealthStore } from '../deliveries/health/store.ts';
import { lostAttemptOf as lostDeliveryOf } from '../deliveries/sending/losses.ts';
import type { RecoveryDocument } from '../deliveries/recover/document.ts';
import { createRecoveryStore, RECOVERIES_COLLECTION } from '../deliveries/recover/store.ts';
import { createDeliveryStore, DELIVERIES_COLLECTION } from '../deliveries/store.ts';
import { createEventTypeStore } from '../events/catalogue/store.ts';
import type { EventDocument } from '../events/document.ts';
import { createEventStore, EVENTS_COLLECTION } from '../events/store.ts';
import { createSealer } from '../lib/sealed.ts';
import { ensurePrivateDir } from '../lib/secretFiles.ts';
import { createLeases } from '../queue/leases.ts';
import { createRuleStore } from '../rules/store.ts';
import type { RunDocument } from '../runs/document.ts';
import { onClaim } from '../runs/outcome.ts';
import { createGateStore } from '../runs/gates/store.ts';
import { createGatherStore } from '../runs/gather/store.ts';
import { createRunStore, RUNS_COLLECTION } from '../runs/store.ts';
import { createWebhookStore } from '../webhooks/store.ts';
import type { Tools } from './tools.ts';

/** The database, the stores in it, the app with its tokens, and the keys. */
export async function openStorage({ config, lifecycle, clock, newId, log }: Tools) {
  const { dataDir } = config;
  await ensurePrivateDir(dataDir);
  const database = await openDatabase({ mongodbUrl: config.mongodbUrl, dataDir, lifecycle, log });
  const apps = createAppStore(database.platform);
  const tokenStore = createTokenStore(database.platform);
  const stores = createStores(database.platform);
  const gathered = createGatherStore(database.platform);
  const leases = createQueues(database.platform);
  for (const store of [tokenStore, ...Object.values(stores), ...Object.values(leases)]) await store.ensureIndexes();
  const secretKey = await loadSecretKey({ dataDir, given: config.secretKey, apps });
  const tokens = createManageTokens({ store: tokenStore, forget: (hash) => authenticator.forget(hash), newId, clock });
  const app = await ensureApp({ apps, keepToken: tokens.keep, dataDir, clock });
  const authenticator = createAuthenticator({ store: tokenStore, appUuid: app.uuid, clock, log });
  const sealer = createSealer({ key: secretKey.derive('sealing') });
  return { database, stores, gathered, leases, secretKey, sealer, authenticator, tokens, app };
}

function createStores(platform: mongoose.Connection) {
  return {
    runs: createRunStore(platform),
    gates: createGateStore(platform),
    crons: createCronStore(platform),
    webhooks: createWebhookStore(platform),
    events: createEventStore(platform),
    eventTypes: createEventTypeStore(platform),
    rules: createRuleStore(platform),
    deliveries: createDeliveryStore(platform),
    recoveries: createRecoveryStore(platform),
    health: createHealthStore(platform),
    users: createUserStore(platform),
    sessions: createSessionStore(platform),
    signInAttempts: createAttemptStore(platform),
  };
}

/** The collections whose documents are queue entries. */
function createQueues(connection: mongoose.Connection) {
  const owner = randomUUID();
  return {
    runs: createLeases<RunDocument>({ connection, owner, collection: RUNS_COLLECTION, onClaim }),
    crons: createLeases<CronDocument>({ connection, owner, collection: CRONS_COLLECTION }),
    events: createLeases<EventDocument>({ connection, owner, collection: EVENTS_COLLECTION }),
    deliveries: createLeases<DeliveryDocument>({
      connection,
      owner,
      collection: DELIVERIES_COLLECTION,
      onClaim: lostDeliveryOf,
    }),
    recoveries: createLeases<RecoveryDocument>({ connection, owner, collection: RECOVERIES_COLLECTION }),
  };
}

export type Storage = Awaited<ReturnType<typeof openStorage>>;
