/**
 * What a file in `listeners/` is called as a listener. Pure: paths and export names in, names out.
 *
 *   order-paid.ts     default            → not a name: a dash is not allowed
 *   github/push.ts    default            → github.push
 *   systemEvents.ts   onEnvStart, onStop → onEnvStart, onStop       (no default: each function by its own name)
 *   github/x.ts       foo                → github.foo
 */
import { LISTENER_NAME_PATTERN } from '../schemas/listener.ts';

const NAME = new RegExp(LISTENER_NAME_PATTERN);
const SOURCE = /\.(?:ts|mts|js|mjs)$/;
const NOT_A_LISTENER = /\.d\.m?ts$|\.(?:test|spec)\.[^.]+$/;

export function isListenerName(name: string): boolean {
  return NAME.test(name) && !name.includes('..') && !name.endsWith('.');
}

/** Whether a path below the listeners folder (with `/`) is a listener's file, not a helper, a test or a declaration. */
export function isListenerFile(path: string): boolean {
  if (path.split('/').some((part) => part.startsWith('_') || part.startsWith('.'))) return false;
  return SOURCE.test(path) && !NOT_A_LISTENER.test(path);
}

/** `manifest.ts` right in the views folder: it says which views are shown where, and is none itself. */
export function isManifestFile(path: string): boolean {
  return path.replace(SOURCE, '') === 'manifest';
}

/** `github/push.ts` → `{ folder: 'github', file: 'push' }`, folders joined with dots. */
export function nameParts(path: string): { readonly folder: string; readonly file: string } {
  const parts = path.replace(SOURCE, '').split('/');
  const file = parts.pop() ?? '';
  return { folder: parts.join('.'), file };
}

export function nameOfDefault(path: string): string {
  const { folder, file } = nameParts(path);
  return folder === '' ? file : `${folder}.${file}`;
}

export function nameOfExport(path: string, exported: string): string {
  const { folder } = nameParts(path);
  return folder === '' ? exported : `${folder}.${exported}`;
}
