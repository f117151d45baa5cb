/**
 * The decision who may be called. A URL passes three gates: its text (here, at every request), every address its
 * name has (before a connection is made), and the address that the socket really reached (after it was made), so that
 * a name which changes its answer between two looks gains nothing.
 */
import { type AddressRule, isLoopbackAddress } from './addresses.ts';
import { EgressError } from './errors.ts';
import { isInsideName, isLoopbackName, parseTarget, type Target, type TargetRules } from './target.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}
/** All addresses of a name, as dns.lookup gives them with `all`. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface GuardDeps {
  readonly addressRule: AddressRule;
  readonly resolve: Resolve;
  readonly targetRules: TargetRules;
  /** URLs under which Earshot itself answers, such as http://127.0.0.1:4000 or https://example.com/hooks. */
  readonly ownUrls: () => readonly string[];
}

export interface Guard {
  /** First gate. Throws; looks nothing up. */
  readonly parse: (url: string) => Target;
  /** Second gate. Throws unless every address is fit; gives them in the order to try. */
  readonly resolveAll: (hostname: string, port: number) => Promise<readonly ResolvedAddress[]>;
  /** Whether the URL leads back to Earshot itself. */
  readonly isOwn: (text: string) => boolean;
  /** Third gate. */
  readonly isFit: (address: string, hostname: string) => boolean;
}

/** Of itself, Earshot calls only what anybody may call: its triggers. */
const TRIGGER_PATH = /^\/apps\/[0-9a-f-]{36}\/webhooks\/[0-9a-f-]{36}$/i;

export function createGuard({ addressRule, resolve, targetRules, ownUrls }: GuardDeps): Guard {
  const own = (): readonly URL[] => ownUrls().map((url) => new URL(url));

  function isFit(address: string, hostname: string): boolean {
    // A name like `localhost` or `db.internal` with a public address is somebody's trick, so public is not enough.
    return addressRule.isOpened(address) || (addressRule.isPublic(address) && !isInsideName(hostname));
  }

  function isOwn({ url, hostname, port }: Target): boolean {
    if (own().some((here) => here.origin === url.origin && url.pathname.startsWith(prefixOf(here)))) return true;
    return (isLoopbackName(hostname) || isLoopbackAddress(hostname)) && own().some((here) => portOf(here) === port);
  }

  function isTrigger({ url: { pathname } }: Target): boolean {
    const prefixes = own().map(prefixOf);
    return prefixes.some((prefix) => pathname.startsWith(prefix) && TRIGGER_PATH.test(pathname.slice(prefix.length)));
  }

  /** A name of nobody's that ends at Earshot's own port on this machine. */
  function isDisguise(address: string, hostname: string, port: number): boolean {
    if (!isLoopbackAddress(address) || isLoopbackName(hostname)) return false;
    return own().some((here) => portOf(here) === port) && !own().some((here) => here.hostname === hostname);
  }

  return {
    isFit,
    isOwn: (text) => isOwn(parseTarget(text, targetRules)),

    parse(text) {
      const target = parseTarget(text, targetRules);
      const { hostname } = target;
      if (target.isLiteral && !isFit(hostname, hostname)) throw blocked(hostname);
      // Not even looked up: whether an inside name exists is nobody's business.
      if (isInsideName(hostname) && !addressRule.opensSomething()) throw blocked(hostname);
      if (isOwn(target) && !isTrigger(target)) {
        throw new EgressError('egress_blocked', 'Of Earshot itself, only the trigger URL of a webhook may be called');
      }
      return target;
    },

    async resolveAll(hostname, port) {
      const addresses = await lookUp(resolve, hostname);
      for (const { address } of addresses) {
        if (isDisguise(address, hostname, port) || !isFit(address, hostname)) throw blocked(hostname);
      }
      return addresses;
    },
  };
}

async function lookUp(resolve: Resolve, hostname: string): Promise<readonly ResolvedAddress[]> {
  let addresses: readonly ResolvedAddress[];
  try {
    addresses = await resolve(hostname);
  } catch (cause) {
    throw new EgressError('dns_failed', `The name ${hostname} could not be looked up`, { cause });
  }
  if (addresses.length === 0) throw new EgressError('dns_failed', `The name ${hostname} has no address`);
  return addresses;
}

/** A proxy may give Earshot a part of its host only. */
function prefixOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, '');
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** The addresses stay unsaid: whoever typed the URL need not learn what a name means inside. */
export function blocked(hostname: string): EgressError {
  return new EgressError(
    'egress_blocked',
    `${hostname} is, or has, an address that is not on the public internet; the setting EGRESS_ALLOW opens ranges`,
  );
}
