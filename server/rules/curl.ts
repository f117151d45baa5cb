/** A request as a line for a POSIX shell, byte for byte what would be sent. */
import { shellQuote } from '../lib/shell.ts';

export interface CurlInput {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function curlOf({ method, url, headers, body }: CurlInput): string {
  // Without --globoff, curl reads brackets and braces in a URL as its own patterns.
  const words = ['curl', '--globoff', '-X', method, shellQuote(url)];
  const lines = [words.join(' ')];
  for (const [name, value] of Object.entries(headers)) {
    // A colon with nothing behind it would take the header away.
    lines.push(`-H ${shellQuote(value === '' ? `${name};` : `${name}: ${value}`)}`);
  }
  // Unlike --data, it reads no file where the body begins with an @.
  if (body !== '') lines.push(`--data-raw ${shellQuote(body)}`);
  return lines.join(' \\\n  ');
}
