/** Which header values are kept from people who may read everything else: judged by the name, generously. */

const SECRET_NAME =
  /auth|cookie|token|secret|passw|credential|session|signature|(?:^|[-_])(?:api|app|access|private|shared|master|x)[-_]?key|(?:^|[-_])key$|apikey/i;

/** Headers that Earshot makes itself are no secrets: a signature proves, it does not open anything. */
const OWN_NAME = /^(?:webhook|ce|earshot)-/i;

export function isSecretHeader(name: string): boolean {
  return SECRET_NAME.test(name) && !OWN_NAME.test(name);
}

/** The same headers with `mark` in place of what is secret. */
export function redactHeaders(headers: Readonly<Record<string, string>>, mark: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? mark : value]),
  );
}
