/** What an error says, without where on this machine: for those who see a page and not its server. */

/** Addresses of files, POSIX paths of two parts or more that are no part of a URL, paths of Windows. */
const PATH = /file:\/\/[^\s'"`)]+|(?<![\w./:@-])(?:\/[^\s/'"`:,;()<>]+){2,}\/?|\b[A-Za-z]:\\[^\s'"`,;()<>]+/g;

export function withoutPaths(text: string): string {
  return text.replace(PATH, '(a file)');
}
