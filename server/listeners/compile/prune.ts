/** Takes away compiled code that no start has asked for in a while. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Another server of the same app may still use what this one does not. */
const KEEP_MS = 7 * 24 * 60 * 60_000;
const GENERATION = /^[0-9a-f]{24}$/;

export async function pruneCompiled(cacheDir: string, nowMs: number): Promise<void> {
  for (const name of await readdir(cacheDir).catch(() => [])) {
    if (!GENERATION.test(name)) continue;
    const usedAt = await stat(join(cacheDir, name, '.complete')).catch(() => undefined);
    if (usedAt && nowMs - usedAt.mtimeMs > KEEP_MS) await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}
