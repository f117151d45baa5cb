/**
 * The key that seals what is stored secret and what is handed out sealed: SECRET_KEY, or a file made once. A check
 * value in the database tells at start whether it is the key the database was set up with; with another one every
 * stored secret would be unreadable, so Earshot does not start with it.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { createSecretFile, readSecretFile } from '../lib/secretFiles.ts';
import { StartError } from './startError.ts';
import type { AppStore } from './store.ts';

export interface SecretKey {
  /** 32 bytes for one purpose, such as `sealing`; none tells anything of another. */
  readonly derive: (purpose: string) => Buffer;
}

export interface SecretKeyDeps {
  readonly dataDir: string;
  /** SECRET_KEY, where it is set. */
  readonly given: string | undefined;
  readonly apps: Pick<AppStore, 'findKeyCheck' | 'keepKeyCheck'>;
}

const KEY_BYTES = 32;

export async function loadSecretKey({ dataDir, given, apps }: SecretKeyDeps): Promise<SecretKey> {
  const path = join(dataDir, 'secret.key');
  const material = given ?? (await readSecretFile(path))?.trim() ?? (await makeKeyFile(path, apps));
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', material, 'earshot', purpose, KEY_BYTES));
  const check = createHmac('sha256', derive('check')).update('earshot').digest('hex');
  const kept = await apps.keepKeyCheck(check);
  if (!isSame(check, kept)) {
    const source = given === undefined ? path : 'SECRET_KEY';
    throw new StartError(
      `${source} is not the key this database was set up with: what is stored sealed could not be read. ` +
        `Start with the key of then, in SECRET_KEY or in ${path}.`,
    );
  }
  return { derive };
}

async function makeKeyFile(path: string, apps: SecretKeyDeps['apps']): Promise<string> {
  if ((await apps.findKeyCheck()) !== null) {
    throw new StartError(
      `${path} is missing, and the database was set up with a key. Put the file back, or set SECRET_KEY to its content.`,
    );
  }
  const material = randomBytes(KEY_BYTES).toString('hex');
  if (await createSecretFile(path, `${material}\n`)) return material;
  const other = await readSecretFile(path);
  if (other === undefined) throw new StartError(`${path} is a link that leads nowhere. Remove it, then start again.`);
  return other.trim();
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
