/**
 * Which addresses a request may go to. IPv6 is an allow-list, because its special ranges wrap IPv4 addresses in many
 * ways (mapped, compatible, translated, 6to4, Teredo, NAT64) and new ones keep being added; IPv4 is a deny-list.
 * Ranges: IANA's special-purpose address registries for IPv4 and IPv6.
 */
import { BlockList, isIP } from 'node:net';

const REFUSED_IPV4 = [
  '0.0.0.0/8', //         this host
  '10.0.0.0/8', //        private
  '100.64.0.0/10', //     shared by a provider's customers (CGNAT); some clouds keep metadata here
  '127.0.0.0/8', //       loopback
  '168.63.129.16/32', //  Azure's metadata and agent address, in the middle of public space
  '169.254.0.0/16', //    link-local: metadata of most clouds
  '172.16.0.0/12', //     private
  '192.0.0.0/24', //      protocol assignments; Oracle's metadata
  '192.0.2.0/24', //      documentation
  '192.31.196.0/24', //   AS112
  '192.52.193.0/24', //   AMT
  '192.88.99.0/24', //    6to4 relays
  '192.168.0.0/16', //    private
  '192.175.48.0/24', //   AS112
  '198.18.0.0/15', //     benchmarks
  '198.51.100.0/24', //   documentation
  '203.0.113.0/24', //    documentation
  '224.0.0.0/4', //       multicast
  '240.0.0.0/4', //       reserved, broadcast
];
const GLOBAL_IPV6 = ['2000::/3'];
const REFUSED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export interface AddressRule {
  /** Reachable by anybody on the internet, so that a request from here gives no more than one from anywhere. */
  readonly isPublic: (address: string) => boolean;
  /** Opened by a setting, or loopback on a developer's own machine. */
  readonly isOpened: (address: string) => boolean;
  /** Whether any address can be opened at all just now. */
  readonly opensSomething: () => boolean;
}

export interface AddressRuleDeps {
  /** CIDR ranges that are open whatever they are. Throws on one that cannot be read. */
  readonly allow: readonly string[];
  readonly allowLoopback: () => boolean;
}

export function createAddressRule({ allow, allowLoopback }: AddressRuleDeps): AddressRule {
  const opened = listOf(allow);
  return {
    isPublic: isPublicAddress,
    isOpened: (address) => contains(opened, address) || (allowLoopback() && isLoopbackAddress(address)),
    opensSomething: () => allow.length > 0 || allowLoopback(),
  };
}

const refusedIpv4 = listOf(REFUSED_IPV4);
const globalIpv6 = listOf(GLOBAL_IPV6);
const refusedIpv6 = listOf(REFUSED_IPV6);
const loopback = listOf(LOOPBACK);

function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !contains(refusedIpv4, address);
    case 6:
      return contains(globalIpv6, address) && !contains(refusedIpv6, address);
    default:
      return false;
  }
}

export function isLoopbackAddress(address: string): boolean {
  return contains(loopback, address);
}

/** `10.0.0.0/8`, `fd00::/8`, or one address. Throws a sentence for anything else. */
export function parseCidr(text: string): { readonly address: string; readonly prefix: number } {
  const [address = '', prefixText, ...rest] = text.trim().split('/');
  const family = isIP(address);
  const widest = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? widest : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : NaN;
  if (family === 0 || address.includes('%') || rest.length > 0 || !(prefix <= widest)) {
    throw new Error(`'${text}' is not a range of addresses: expected the like of 10.0.0.0/8 or fd00::/8`);
  }
  return { address, prefix };
}

function listOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const { address, prefix } = parseCidr(cidr);
    list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  // An address with a zone (fe80::1%eth0) is in no list, so it is neither public nor opened.
  if (family === 0 || address.includes('%')) return false;
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
