/** Fails at once. */
export default function refuse() {
  throw new Error('not today');
}
