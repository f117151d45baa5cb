/** `credentials.json` in DATA_DIR: the app's uuid and a token for each environment, for the person at the shell. */
import { join } from 'node:path';
import { createSecretFile, readSecretFile } from '../lib/secretFiles.ts';
import { environments, type Credentials } from '../schemas/app.ts';
import { StartError } from './startError.ts';
import { parseToken } from './tokens/text.ts';

export function credentialsPath(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}

/** Undefined where there is none. Throws StartError for a file that is not in the form Earshot writes. */
export async function readCredentials(path: string): Promise<Credentials | undefined> {
  const text = await readSecretFile(path);
  if (text === undefined) return undefined;
  const credentials = parseCredentials(text);
  if (credentials === undefined) {
    throw new StartError(
      `${path}: expected { "app_uuid", "environments": { "production": { "id", "token" }, "sandbox": { … } } }. ` +
        'Put the file right, or move it away: its tokens stay valid, and `npm run token` makes others.',
    );
  }
  return credentials;
}

/** False when there is a file already; it is left as it is. */
export function writeCredentials(path: string, credentials: Credentials): Promise<boolean> {
  return createSecretFile(path, `${JSON.stringify(credentials, null, 2)}\n`);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function parseCredentials(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { app_uuid: appUuid, environments: given } = (value ?? {}) as Partial<Credentials>;
  if (typeof appUuid !== 'string' || !UUID.test(appUuid) || typeof given !== 'object') return undefined;
  const tokenOf = (name: 'production' | 'sandbox') => {
    const { id, token } = ((given as Credentials['environments'] | null)?.[name] ?? {}) as {
      id?: number;
      token?: string;
    };
    const environment = environments.find((each) => each.name === name);
    const isRight = id === environment?.id && parseToken(token ?? '')?.letter === environment?.letter;
    return isRight && token !== undefined && id !== undefined ? { id, token } : undefined;
  };
  const production = tokenOf('production');
  const sandbox = tokenOf('sandbox');
  if (production === undefined || sandbox === undefined) return undefined;
  return { app_uuid: appUuid, environments: { production, sandbox } };
}
