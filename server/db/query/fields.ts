/** Names of fields as queries and updates write them: `customer.address.city`, `items.0.price`. */
import { refusal, type Place } from './fault.ts';

const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_PARTS = 100;

export interface FieldOptions {
  /** Whether `items.$` and `items.$[]`, the elements an update means, may stand in it. */
  readonly allowPositional?: boolean;
}

/** Throws unless the text names a field that a document of the app may have. */
export function checkField(field: string, place: Place, { allowPositional = false }: FieldOptions = {}): void {
  const parts = field.split('.');
  if (parts.length > MAX_PARTS) throw refusal(place, `a field has at most ${MAX_PARTS} parts`);
  for (const part of parts) {
    if (part === '') throw refusal(place, `the field ${JSON.stringify(field)} has an empty part`);
    if (part.includes('\0')) throw refusal(place, 'a field must not contain a zero character');
    if (RESERVED.has(part)) throw refusal(place, `${part} cannot be used as a field`);
    const isPositional = allowPositional && (part === '$' || part === '$[]');
    if (part.startsWith('$') && !isPositional) throw refusal(place, `a part of a field must not begin with $: ${part}`);
  }
}
