import { describe, expect, it } from 'vitest';
import { createLoopbackRule, isForeignRequest } from '../../../server/lib/egress/loopback.ts';

describe('loopback targets', () => {
  it.each<[host: string, publicUrl: string | undefined, isOpen: boolean]>([
    ['127.0.0.1', undefined, true],
    ['::1', undefined, true],
    ['localhost', 'http://localhost:4000', true],
    ['127.0.0.1', 'http://[::1]:4000', true],
    ['127.0.0.1', 'https://x.test', false],
    ['127.0.0.1', 'https://localhost.x.test', false],
    ['127.0.0.1', 'not a url', false],
    ['0.0.0.0', undefined, false],
    ['::', undefined, false],
    ['192.168.0.5', undefined, false],
    ['', undefined, false],
  ])('with HOST %j and PUBLIC_URL %j are open: %j', (host, publicUrl, isOpen) => {
    expect(createLoopbackRule({ host, publicUrl }).isOpen()).toBe(isOpen);
  });

  it('close for good when a foreign request was seen', () => {
    const rule = createLoopbackRule({ host: '127.0.0.1', publicUrl: undefined });
    rule.sawForeignRequest();
    expect(rule.isOpen()).toBe(false);
  });
});

describe('a foreign request', () => {
  it.each<[Record<string, string>, boolean]>([
    [{ host: 'localhost:4000' }, false],
    [{ host: '127.0.0.1:4000', 'user-agent': 'x' }, false],
    [{ host: '[::1]:4000' }, false],
    [{}, true],
    [{ host: 'app.example.com' }, true],
    [{ host: 'localhost.evil.test' }, true],
    [{ host: '127.0.0.1.evil.test' }, true],
    [{ host: 'a b' }, true],
    [{ host: 'localhost', forwarded: 'for=1.2.3.4' }, true],
    [{ host: 'localhost', 'x-forwarded-for': '1.2.3.4' }, true],
    [{ host: 'localhost', 'x-forwarded-host': 'a' }, true],
    [{ host: 'localhost', via: '1.1 proxy' }, true],
    [{ host: 'localhost', 'cf-connecting-ip': '1.2.3.4' }, true],
  ])('with %j: %j', (headers, isForeign) => {
    expect(isForeignRequest(headers)).toBe(isForeign);
  });
});
