/**
 * Files that hold secrets, and the directory they lie in: for the owner alone (0600 in 0700), made once and never
 * written over, whole or not at all.
 */
import { chmod, constants, copyFile, link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';

const OWNER_ONLY_DIR = 0o700;
const OWNER_ONLY_FILE = 0o600;
/** File systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV']);

/** Makes the directory, or closes an existing one to others. Throws where it belongs to somebody else. */
export async function ensurePrivateDir(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: OWNER_ONLY_DIR });
  const found = await stat(path);
  if (!found.isDirectory()) throw new Error(`${path}: expected a directory.`);
  const me = process.getuid?.();
  if (me === undefined) return;
  // Root may keep its data where another user's volume is mounted; that user can be trusted or root would not do so.
  if (me !== 0 && found.uid !== me) {
    throw new Error(`${path}: it belongs to another user (${found.uid}); this process runs as ${me}.`);
  }
  if ((found.mode & 0o077) !== 0) await chmod(path, OWNER_ONLY_DIR);
}

/**
 * Writes a new file and answers true, or false when something of that name is there already, be it a dangling link.
 * After a crash the file is either complete or absent.
 */
export async function createSecretFile(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeNew(draft, content);
  try {
    await link(draft, path).catch(async (error: unknown) => {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      await copyFile(draft, path, constants.COPYFILE_EXCL);
      await chmod(path, OWNER_ONLY_FILE);
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/** The content, or undefined where there is no such file. */
export async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY_FILE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
