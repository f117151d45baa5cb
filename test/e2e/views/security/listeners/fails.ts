/** Fails with words that hold a path. */
export default function fails() {
  throw new Error('planted-word in /srv/planted/path.ts');
}
