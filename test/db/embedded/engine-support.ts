/** Builders for tests of the engine: one inside this process (no thread, no socket), and one as the server starts it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON, MongoClient } from 'mongodb';
import { createRunner } from '../../../server/db/embedded/commands/run.ts';
import { openEngine, type RunningEngine } from '../../../server/db/embedded/engine.ts';
import { startEmbedded, type Embedded, type EmbeddedOptions } from '../../../server/db/embedded/start.ts';
import { parseMessage } from '../../../server/db/embedded/wire/message.ts';
import { encodeReply, errorReply } from '../../../server/db/embedded/wire/reply.ts';

export function aDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'earshot-engine-'));
}

export interface InProcess {
  readonly engine: RunningEngine;
  /** Sends a command as bytes and gives the answer decoded; errors are answers with ok: 0. */
  readonly run: (command: Record<string, unknown>) => Promise<any>;
  readonly stop: () => void;
}

export function anEngineInProcess(dataDir = aDirectory(), isGone = (): boolean => false): InProcess {
  const engine = openEngine({
    dataDir,
    topology: 'replicaSet',
    ttlSweepMs: 60_000,
    transactionIdleMs: 60_000,
    onSweepError: () => undefined,
  });
  const runner = createRunner(engine);
  return {
    engine,
    run: async (command) => {
      const request = parseMessage(aMessage(command));
      try {
        const name = Object.keys(request.command)[0]!.toLowerCase();
        return BSON.deserialize(encodeReply(await runner(request, name, { id: 1, isGone })));
      } catch (error) {
        return errorReply(error);
      }
    },
    stop: () => {
      engine.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An OP_MSG with one body. */
export function aMessage(command: Record<string, unknown>, requestId = 1): Buffer {
  const body = BSON.serialize({ ...command, $db: command.$db ?? 'test' }, { ignoreUndefined: true });
  const message = Buffer.alloc(21 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(requestId, 4);
  message.writeInt32LE(2013, 12);
  message.set(body, 21);
  return message;
}

export interface Served {
  readonly client: MongoClient;
  readonly url: string;
  readonly dataDir: string;
  readonly stop: () => Promise<void>;
}

/** The engine in its thread, and a client of the official driver. */
export async function aServedEngine(options: Partial<EmbeddedOptions> = {}): Promise<Served> {
  const dataDir = options.dataDir ?? aDirectory();
  const embedded: Embedded = await startEmbedded({ ...options, dataDir });
  const client = await MongoClient.connect(embedded.url);
  return {
    client,
    url: embedded.url,
    dataDir,
    stop: async () => {
      await client.close();
      await embedded.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
