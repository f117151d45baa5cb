/**
 * As Built's documentation shows it. Its `message` names the thing in the singular with capitals, and keeps the
 * underscores: "Business_Loan deleted successfully."
 */
import { actionOf, channelOf, uuidOf } from './parts.ts';
import { type Format, jsonContent } from './format.ts';

export const formatBuilt: Format = ({ event, data }) =>
  jsonContent({
    event: event.type,
    message: messageOf(event.type),
    idempotency_key: event.idempotency_key ?? uuidOf(event.id),
    environment: event.environment === 'production' ? 'production' : 'staging',
    data,
  });

/** Only the last word is a plural, with this one exception. */
const IRREGULAR: Readonly<Record<string, string>> = { products_services: 'product_service' };

export function messageOf(type: string): string {
  const channel = channelOf(type);
  const words = (IRREGULAR[channel] ?? singularOf(channel)).split('_');
  const thing = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('_');
  const action = actionOf(type).replaceAll('.', ' ');
  return action === '' ? `${thing} successful.` : `${thing} ${action} successfully.`;
}

/** Of an English plural; a word that is none, such as `business`, stays as it is. */
function singularOf(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x)es$/.test(word)) return word.slice(0, -2);
  return /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}
