/**
 * What the first start brings into being: the app's uuid, both environments, a token for each, and the file that tells
 * them. Every step may run twice, so a start that is cut off anywhere is finished by the next one, with the same tokens.
 *
 *   app (not ready) ─▶ credentials.json ─▶ tokens and environments stored ─▶ app (ready)
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { environments, type Credentials, type Environment } from '../schemas/app.ts';
import { credentialsPath, readCredentials, writeCredentials } from './credentials.ts';
import { StartError } from './startError.ts';
import type { AppStore } from './store.ts';
import { makeToken } from './tokens/text.ts';

export interface FirstStartDeps {
  readonly apps: Pick<AppStore, 'find' | 'insertIfAbsent' | 'markReady' | 'ensureEnvironments'>;
  /** Stores a token that was made elsewhere; does nothing where it is stored already. */
  readonly keepToken: (environment: Environment, token: string) => Promise<void>;
  readonly dataDir: string;
  readonly clock: Clock;
}

export interface StartedApp {
  readonly uuid: string;
  readonly credentials: CredentialsState;
}

/** `made` just now, `there` from before, `absent` (moved away, or another machine made the app), `foreign` (of another app). */
export type CredentialsState = 'made' | 'there' | 'absent' | 'foreign';

export async function ensureApp({ apps, keepToken, dataDir, clock }: FirstStartDeps): Promise<StartedApp> {
  const path = credentialsPath(dataDir);
  const file = await readCredentials(path);
  const known = await apps.find();
  if (known?.is_ready === true) return { uuid: known.uuid, credentials: stateOf(file, known.uuid) };

  const now = new Date(clock.now());
  const app = await apps.insertIfAbsent(known?.uuid ?? file?.app_uuid ?? randomUUID(), now);
  if (file !== undefined && file.app_uuid !== app.uuid) {
    throw new StartError(`${path} belongs to another app than the database. Move it away, then start again.`);
  }
  const credentials = file ?? (await makeCredentials(path, app.uuid));
  await apps.ensureEnvironments(environments, now);
  for (const environment of environments) {
    await keepToken(environment, credentials.environments[environment.name].token);
  }
  await apps.markReady();
  return { uuid: app.uuid, credentials: file === undefined ? 'made' : 'there' };
}

async function makeCredentials(path: string, appUuid: string): Promise<Credentials> {
  const [production, sandbox] = environments;
  const credentials: Credentials = {
    app_uuid: appUuid,
    environments: {
      production: { id: production.id, token: makeToken(production.letter) },
      sandbox: { id: sandbox.id, token: makeToken(sandbox.letter) },
    },
  };
  // A link that leads nowhere is "there", too: nothing is written through it.
  if (!(await writeCredentials(path, credentials))) {
    throw new StartError(`${path} appeared while Earshot was starting, or is a link. Move it away, then start again.`);
  }
  return credentials;
}

function stateOf(file: Credentials | undefined, uuid: string): CredentialsState {
  if (file === undefined) return 'absent';
  return file.app_uuid === uuid ? 'there' : 'foreign';
}
