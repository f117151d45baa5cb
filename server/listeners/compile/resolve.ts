/** Which file a relative import means: as written, with another extension, without one, or a folder's index. */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'] as const;
const TYPED: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts' };

export function isRelative(specifier: string): boolean {
  return /^(?:\.{1,2}(?:\/|$)|\/|file:)/.test(specifier);
}

export function resolveImport(specifier: string, fromFile: string): string | undefined {
  const base = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(fromFile), specifier);
  return candidates(base).find(isFile);
}

function candidates(base: string): string[] {
  const extension = /\.m?js$/.exec(base)?.[0];
  const typed = extension === undefined ? [] : [base.slice(0, -extension.length) + (TYPED[extension] ?? '')];
  return [
    base,
    ...typed,
    ...EXTENSIONS.map((end) => base + end),
    ...EXTENSIONS.map((end) => join(base, `index${end}`)),
  ];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
