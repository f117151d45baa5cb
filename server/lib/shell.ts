/** Command lines for people to paste. */

/** One word of a POSIX shell, whatever is in it. Plain words stay as they are. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
