/** Which header values are kept from people who may read everything else: judged by the name, generously. */

const SECRET_NAME = /auth|cookie|token|secret|key|passw|signature|credential|session|private|jwt|bearer/i;

export function isSecretHeader(name: string): boolean {
  // Our own signature proves who sent the request and opens nothing.
  return SECRET_NAME.test(name) && name.toLowerCase() !== 'webhook-signature';
}

/** The same headers with `mark` in place of what is secret. */
export function redactHeaders(headers: Readonly<Record<string, string>>, mark: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? mark : value]),
  );
}
