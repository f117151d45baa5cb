import { describe, expect, it } from 'vitest';
import { createHostCheck, isLoopbackAddress, isLoopbackHost } from '../../server/lib/hostCheck.ts';

const local = { host: '127.0.0.1', publicUrl: undefined, allowedHosts: [] };

describe('a server on loopback', () => {
  const { isAllowed } = createHostCheck(local);

  it.each([
    'localhost',
    'LOCALHOST:4000',
    'localhost.',
    '127.0.0.1:4000',
    '127.9.9.9',
    '[::1]:4000',
    'app.localhost:1',
  ])('answers for %s', (host) => expect(isAllowed(host)).toBe(true));

  it.each([
    undefined,
    '',
    'evil.test',
    'localhost.evil.test',
    'localhost@evil.test',
    'evillocalhost',
    '127.0.0.1.evil.test',
    '127.evil.test',
    '192.168.0.5',
    '0.0.0.0',
    '[fe80::1]',
    'localhost/x',
    'localhost:4000:4000',
    'localhost,evil.test',
    '::1',
  ])('does not answer for %j', (host) => expect(isAllowed(host)).toBe(false));
});

describe('a server on all addresses', () => {
  const { isAllowed } = createHostCheck({ ...local, host: '0.0.0.0' });
  it.each(['192.168.0.5:4000', '[2001:db8::1]'])('answers for the address %s', (host) =>
    expect(isAllowed(host)).toBe(true),
  );
  it('does not answer for names, which somebody may have pointed at it', () =>
    expect(isAllowed('evil.test')).toBe(false));
});

describe('names that were configured', () => {
  const { isAllowed } = createHostCheck({
    host: '10.0.0.7',
    publicUrl: 'https://Hooks.Test/base',
    allowedHosts: ['box', 'other.test:8080'],
  });
  it.each(['hooks.test', 'hooks.test:443', 'HOOKS.TEST.', 'box:1', 'other.test:8080', '10.0.0.7:4000', 'localhost'])(
    'are answered for: %s',
    (host) => expect(isAllowed(host)).toBe(true),
  );
  it.each(['other.test', 'other.test:81', 'x.hooks.test', '10.0.0.8'])('do not open others: %s', (host) =>
    expect(isAllowed(host)).toBe(false),
  );
});

it.each([
  ['127.0.0.1', true],
  ['::ffff:127.0.0.1', true],
  ['::1', true],
  ['127.evil.test', false],
  ['::ffff:10.0.0.1', false],
  [undefined, false],
])('the address %s is loopback: %s', (address, expected) => expect(isLoopbackAddress(address)).toBe(expected));

it('a Host header is loopback by its name, whatever the port', () => {
  expect(isLoopbackHost('localhost:9')).toBe(true);
  expect(isLoopbackHost('hooks.test')).toBe(false);
});
