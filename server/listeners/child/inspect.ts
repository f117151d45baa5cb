/** Imports a file and tells what it exports, as data: the server never loads an author's file itself. */
import { listenerOptions } from '../brand.ts';
import { type InspectHead } from './protocol.ts';

export interface InspectedExport {
  readonly name: string;
  /** `typeof`, with a word for null and lists. */
  readonly kind: string;
  readonly options: Record<string, unknown> | null;
}

export async function inspectModule(head: InspectHead): Promise<string> {
  const namespace = (await import(head.module)) as Record<string, unknown>;
  const found: InspectedExport[] = Object.keys(namespace).map((name) => {
    const value = namespace[name];
    const options = listenerOptions(value);
    return {
      name,
      kind: kindOf(value),
      options: options === undefined ? null : { ...options },
    };
  });
  return JSON.stringify(found);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
