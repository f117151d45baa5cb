/** Values as they appear in error messages: short, and never able to break the message. */
import { EJSON, type Long, type ObjectId } from 'bson';
import { typeName, typeRank, RANK } from './types.ts';

const LENGTH_LIMIT = 300;

export function show(value: unknown): string {
  let text: string;
  try {
    text = textOf(value);
  } catch {
    text = `<${typeName(value)}>`;
  }
  return text.length > LENGTH_LIMIT ? `${text.slice(0, LENGTH_LIMIT)}…` : text;
}

function textOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeRank(value) === RANK.objectId) return `ObjectId('${(value as ObjectId).toHexString()}')`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null && Array.isArray(value)) return `[ ${value.map(textOf).join(', ')} ]`;
  if (typeRank(value) === RANK.object) {
    const fields = Object.entries(value as object).map(([name, field]) => `${name}: ${textOf(field)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  if (typeRank(value) === RANK.number) return (value as Long).toString();
  return EJSON.stringify(value, { relaxed: true });
}
