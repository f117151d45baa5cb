/** Hands a text over as a file. It is downloaded, never opened, so its type gives it no power over the page. */
export function downloadText(name: string, text: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type.replaceAll(/[^\w/.+-]/g, '')};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  // A file name, not a path.
  link.download = name.replaceAll(/[/\\\p{Cc}]/gu, '_');
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
