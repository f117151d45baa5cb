/** Runs one file of MongoDB's unified test format: results, errors and outcomes count, events do not. */
import { EJSON } from 'bson';
import { MongoClient, MongoServerError } from 'mongodb';
import { type Result } from '../results.ts';
import { matches } from './match.ts';
import { type Entities, execute, type Operation, UnknownOperation } from './operations.ts';

type Json = Record<string, any>;

export interface Server {
  readonly url: string;
  readonly version: string;
  readonly topology: 'single' | 'replicaset';
}

export async function runUnifiedFile(text: string, name: string, server: Server): Promise<Result[]> {
  const spec = EJSON.parse(text) as Json;
  const results: Result[] = [];
  for (const test of spec.tests as Json[]) {
    const id = `${name} > ${String(test.description)}`;
    if (
      test.skipReason !== undefined ||
      !isApplicable(spec.runOnRequirements, server) ||
      !isApplicable(test.runOnRequirements, server) ||
      /failPoint/i.test(JSON.stringify(test.operations))
    ) {
      results.push({ id, outcome: 'skipped' });
      continue;
    }
    try {
      await runTest(spec, test, server.url);
      results.push({ id, outcome: 'passed' });
    } catch (error) {
      if (error instanceof UnknownOperation) results.push({ id, outcome: 'skipped', message: error.message });
      else
        results.push({
          id,
          outcome: 'failed',
          message: error instanceof Error ? error.message.slice(0, 400) : String(error),
        });
    }
  }
  return results;
}

function isApplicable(requirements: Json[] | undefined, { version, topology }: Server): boolean {
  if (!requirements) return true;
  return requirements.some(
    (one) =>
      (one.minServerVersion === undefined || compareVersions(version, one.minServerVersion) >= 0) &&
      (one.maxServerVersion === undefined || compareVersions(version, one.maxServerVersion) <= 0) &&
      (one.topologies === undefined || (one.topologies as string[]).includes(topology)) &&
      one.auth !== true &&
      one.csfle !== true &&
      one.serverless !== 'require' &&
      one.serverParameters === undefined,
  );
}

function compareVersions(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}

async function runTest(spec: Json, test: Json, url: string): Promise<void> {
  const entities: Entities = new Map();
  const admin = await MongoClient.connect(url);
  const clients = [admin];
  entities.set('(admin)', admin);
  try {
    await fillCollections(admin, spec.initialData ?? []);
    for (const entity of (spec.createEntities ?? []) as Json[]) await createEntity(entity, entities, clients, url);
    await runOperations(test.operations, entities);
    for (const session of entities.values())
      if (typeof session === 'object' && session !== null && 'endSession' in session) await session.endSession();
    for (const outcome of (test.outcome ?? []) as Json[]) {
      const found = await admin
        .db(outcome.databaseName)
        .collection(outcome.collectionName)
        .find({}, { sort: { _id: 1 } })
        .toArray();
      if (!matches(outcome.documents, found, { entities }, false))
        throw new Error(`outcome: found ${show(found)}, expected ${show(outcome.documents)}`);
    }
  } finally {
    for (const client of clients) await client.close();
  }
}

async function fillCollections(admin: MongoClient, initialData: readonly Json[]): Promise<void> {
  for (const { databaseName, collectionName, documents, createOptions } of initialData) {
    const db = admin.db(databaseName);
    await db.dropCollection(collectionName);
    if (createOptions !== undefined || documents.length === 0)
      await db.createCollection(collectionName, createOptions ?? {});
    if (documents.length > 0) await db.collection(collectionName).insertMany(documents);
  }
}

async function createEntity(entity: Json, entities: Entities, clients: MongoClient[], url: string): Promise<void> {
  const [kind = ''] = Object.keys(entity);
  const spec = entity[kind] as Json;
  switch (kind) {
    case 'client': {
      const client = await MongoClient.connect(url, { ...(spec.uriOptions ?? {}), monitorCommands: false });
      clients.push(client);
      entities.set(spec.id, client);
      return;
    }
    case 'database':
      entities.set(
        spec.id,
        (entities.get(spec.client) as MongoClient).db(spec.databaseName, spec.databaseOptions ?? {}),
      );
      return;
    case 'collection':
      entities.set(spec.id, entities.get(spec.database).collection(spec.collectionName, spec.collectionOptions ?? {}));
      return;
    case 'session':
      entities.set(spec.id, (entities.get(spec.client) as MongoClient).startSession(spec.sessionOptions ?? {}));
      return;
    default:
      throw new UnknownOperation(`entity ${kind}`);
  }
}

async function runOperations(
  operations: readonly Operation[],
  entities: Entities,
  isInCallback = false,
): Promise<void> {
  for (const operation of operations) await runOperation(operation, entities, isInCallback);
}

/** Inside the callback of withTransaction an error is thrown on even when it was expected: the driver must see it. */
async function runOperation(operation: Operation, entities: Entities, isInCallback = false): Promise<void> {
  let result: unknown;
  let error: Error | undefined;
  try {
    result = await execute(entities, operation, async (inner) => runOperations(inner, entities, true));
  } catch (caught) {
    error = caught instanceof Error ? caught : new Error(String(caught));
  }
  if (error instanceof UnknownOperation) throw error;
  if (operation.ignoreResultAndError === true) return;
  if (operation.expectError) {
    if (error === undefined) throw new Error(`${operation.name} should have failed`);
    checkError(operation, error, entities);
    if (isInCallback) throw error;
    return;
  }
  if (error !== undefined) throw error;
  if (operation.saveResultAsEntity !== undefined) entities.set(operation.saveResultAsEntity, result);
  if ('expectResult' in operation && !matches(operation.expectResult, plain(operation.name, result), { entities })) {
    throw new Error(
      `${operation.name} answered ${show(plain(operation.name, result))}, expected ${show(operation.expectResult)}`,
    );
  }
}

function checkError(operation: Operation, error: unknown, entities: Entities): void {
  const wanted = operation.expectError ?? {};
  const found = error as Json;
  const text = `${String(found.message)} (code ${String(found.code)})`;
  if (wanted.isClientError === true && error instanceof MongoServerError)
    throw new Error(`expected an error of the driver, got ${text}`);
  if (wanted.errorCode !== undefined && Number(found.code) !== Number(wanted.errorCode))
    throw new Error(`expected code ${String(wanted.errorCode)}, got ${text}`);
  if (wanted.errorCodeName !== undefined && found.codeName !== wanted.errorCodeName)
    throw new Error(`expected ${String(wanted.errorCodeName)}, got ${text}`);
  if (
    wanted.errorContains !== undefined &&
    !String(found.message).toLowerCase().includes(String(wanted.errorContains).toLowerCase())
  )
    throw new Error(`expected "${String(wanted.errorContains)}" in: ${text}`);
  const labels = (found.errorLabels ?? []) as string[];
  for (const label of (wanted.errorLabelsContain ?? []) as string[])
    if (!labels.includes(label)) throw new Error(`expected the label ${label} on: ${text}`);
  for (const label of (wanted.errorLabelsOmit ?? []) as string[])
    if (labels.includes(label)) throw new Error(`expected no label ${label} on: ${text}`);
  const partial: unknown = found.result ?? found.partialResult ?? {};
  if (wanted.expectResult !== undefined && !matches(wanted.expectResult, plain(operation.name, partial), { entities }))
    throw new Error(`partial result ${show(plain(operation.name, partial))}, expected ${show(wanted.expectResult)}`);
}

const WRITE_FIELDS = [
  'insertedCount',
  'matchedCount',
  'modifiedCount',
  'deletedCount',
  'upsertedCount',
  'upsertedIds',
  'insertedIds',
  'insertedId',
  'upsertedId',
  'insertResults',
  'updateResults',
  'deleteResults',
  'acknowledged',
];

/** The driver's result objects have getters and null where the format expects nothing. */
function plain(operation: string, result: unknown): unknown {
  if (
    !/^(?:insert|update|replace|delete|bulk|clientBulk)/.test(operation) ||
    typeof result !== 'object' ||
    result === null
  )
    return result;
  const fields: Json = {};
  for (const name of WRITE_FIELDS) {
    const value: unknown = (result as Json)[name];
    if (value !== undefined && value !== null)
      fields[name] = name === 'updateResults' ? withoutDidUpsert(value) : asObject(value);
  }
  return fields;
}

const asObject = (value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value);

/** `didUpsert` is the driver's own addition. */
function withoutDidUpsert(results: unknown): Json {
  const entries = Object.entries(asObject(results) as Json);
  return Object.fromEntries(entries.map(([at, { didUpsert: _, ...result }]: [string, Json]) => [at, result]));
}

const show = (value: unknown): string => EJSON.stringify(value).slice(0, 300);
