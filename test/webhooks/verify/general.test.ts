import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HmacConfig, VerifyConfig } from '../../../server/webhooks/verify/config.ts';
import { secretHeaders } from '../../../server/webhooks/verify/headers.ts';
import { verifyError } from '../../../server/webhooks/verify/verify.ts';
import { anyBytes, ask, NOW_S } from './ask.ts';

const key = randomBytes(32);
const base: HmacConfig = {
  type: 'hmac',
  keys: [key],
  header: 'x-signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  signed: [{ part: 'body' }],
  separator: '.',
  timestampHeader: null,
  toleranceS: 300,
};
const digest = (algorithm: string, ...parts: (string | Uint8Array)[]) => {
  const hmac = createHmac(algorithm, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

describe('hmac', () => {
  it('verifies every algorithm in every encoding, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('sha1' as const, 'sha256' as const, 'sha384' as const, 'sha512' as const),
        fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const),
        anyBytes,
        (algorithm, encoding, body) => {
          const config = { ...base, algorithm, encoding };
          const signature = digest(algorithm, body).toString(encoding);
          expect(ask(config, { 'x-signature': signature }, body)).toBe('ok');
          expect(ask(config, { 'x-signature': signature }, Buffer.concat([body, body, Buffer.from('1')]))).toBe(
            'signature_mismatch',
          );
        },
      ),
    );
  });

  it('takes hexadecimal in capitals and base64url with padding, as some services write it', () => {
    expect(ask(base, { 'x-signature': digest('sha256', 'x').toString('hex').toUpperCase() }, 'x')).toBe('ok');
    const padded = `${digest('sha256', 'x').toString('base64url')}=`;
    expect(ask({ ...base, encoding: 'base64url' }, { 'x-signature': padded }, 'x')).toBe('ok');
  });

  it('needs the prefix, exactly', () => {
    const config = { ...base, prefix: 'sha256=' };
    const hex = digest('sha256', 'x').toString('hex');
    expect(ask(config, { 'x-signature': `sha256=${hex}` }, 'x')).toBe('ok');
    for (const value of [hex, `SHA256=${hex}`, `sha256=sha256=${hex}`, `sha256= ${hex}`]) {
      expect(ask(config, { 'x-signature': value }, 'x')).toBe('malformed_signature');
    }
  });

  it('refuses what decodes to fewer bytes than a digest has', () => {
    for (const text of ['', 'ab', 'abzz', 'zz'.repeat(32), digest('sha256', 'x').toString('hex').slice(0, 62)]) {
      expect(ask(base, { 'x-signature': text }, 'x')).toBe('malformed_signature');
    }
  });

  describe('with signed parts', () => {
    const config: HmacConfig = {
      ...base,
      signed: [{ part: 'text', text: 'v1' }, { part: 'header', name: 'x-id' }, { part: 'timestamp' }, { part: 'body' }],
      separator: ':',
      timestampHeader: 'x-time',
    };
    const t = String(NOW_S);
    const headers = {
      'x-id': 'abc',
      'x-time': t,
      'x-signature': digest('sha256', `v1:abc:${t}:`, 'b:ody').toString('hex'),
    };

    it('joins them as they are listed', () => {
      expect(ask(config, headers, 'b:ody')).toBe('ok');
    });

    it('covers each of them', () => {
      expect(ask(config, { ...headers, 'x-id': 'abd' }, 'b:ody')).toBe('signature_mismatch');
      expect(ask(config, { ...headers, 'x-time': String(NOW_S + 1) }, 'b:ody')).toBe('signature_mismatch');
      expect(ask(config, headers, 'b:odx')).toBe('signature_mismatch');
    });

    it('lets no header move the border between the parts', () => {
      const moved = { ...headers, 'x-id': `abc:${t}` };
      const signature = digest('sha256', `v1:abc:${t}:${t}:`, 'x').toString('hex');
      expect(ask(config, { ...moved, 'x-signature': signature }, 'x')).toBe('malformed_header');
    });

    it('needs each of the headers once', () => {
      expect(ask(config, { ...headers, 'x-id': undefined }, 'b:ody')).toBe('malformed_header');
      expect(ask(config, { ...headers, 'x-time': undefined }, 'b:ody')).toBe('missing_timestamp');
      for (const name of ['x-id', 'x-time', 'x-signature'] as const) {
        expect(ask(config, { ...headers, [name]: [headers[name], headers[name]] }, 'b:ody')).toBe('duplicate_header');
      }
    });

    it('looks at the clock in both directions', () => {
      for (const [offset, fault] of [
        [301, 'timestamp_too_new'],
        [-301, 'timestamp_too_old'],
      ] as const) {
        const at = String(NOW_S + offset);
        const signature = digest('sha256', `v1:abc:${at}:`, 'x').toString('hex');
        expect(ask(config, { ...headers, 'x-time': at, 'x-signature': signature }, 'x')).toBe(fault);
      }
    });
  });
});

describe('basic', () => {
  const config: VerifyConfig = {
    type: 'basic',
    username: 'aladdin',
    keys: [Buffer.from('open sesame, now'), Buffer.from('the one before:it')],
  };
  const header = (text: string, scheme = 'Basic') => ({
    authorization: `${scheme} ${Buffer.from(text).toString('base64')}`,
  });

  it('takes the user with either password, which may contain colons', () => {
    expect(ask(config, header('aladdin:open sesame, now'), '')).toBe('ok');
    expect(ask(config, header('aladdin:the one before:it', 'basic'), '')).toBe('ok');
  });

  it.each([
    'aladdin:open sesame',
    'aladdin:',
    'Aladdin:open sesame, now',
    ':open sesame, now',
    'aladdin:open sesame, now ',
  ])('refuses %j', (text) => {
    expect(ask(config, header(text), '')).toBe('signature_mismatch');
  });

  it.each(['Basic', 'Basic !!!', 'Bearer abc', 'Basic YWJj', 'aladdin:open sesame, now'])(
    'refuses the header %j',
    (authorization) => {
      expect(ask(config, { authorization }, '')).toBe('malformed_signature');
    },
  );

  it('needs the header exactly once', () => {
    expect(ask(config, {}, '')).toBe('missing_signature');
    const { authorization } = header('aladdin:open sesame, now');
    expect(ask(config, { authorization: [authorization, authorization] }, '')).toBe('duplicate_header');
  });
});

describe('api-key', () => {
  const config: VerifyConfig = {
    type: 'api-key',
    header: 'x-api-key',
    prefix: '',
    keys: [Buffer.from('a key of good length')],
  };

  it('takes the key and nothing near it', () => {
    expect(ask(config, { 'X-Api-Key': 'a key of good length' }, '')).toBe('ok');
    for (const value of ['', 'a key of good lengt', 'a key of good length ', 'A KEY OF GOOD LENGTH']) {
      expect(ask(config, { 'x-api-key': value }, '')).toBe('signature_mismatch');
    }
    expect(ask(config, {}, '')).toBe('missing_signature');
    expect(ask(config, { 'x-api-key': ['a key of good length', 'x'] }, '')).toBe('duplicate_header');
  });

  it('needs the prefix where one is set', () => {
    const bearer: VerifyConfig = { ...config, header: 'authorization', prefix: 'Bearer ' };
    expect(ask(bearer, { authorization: 'Bearer a key of good length' }, '')).toBe('ok');
    expect(ask(bearer, { authorization: 'a key of good length' }, '')).toBe('malformed_signature');
  });

  it('never takes an empty key for a webhook without keys', () => {
    expect(ask({ ...config, keys: [] }, { 'x-api-key': '' }, '')).toBe('signature_mismatch');
  });
});

describe('around the schemes', () => {
  it('lets everybody in where nothing is to be verified', () => {
    expect(ask({ type: 'none' }, { authorization: ['a', 'b'] }, '')).toBe('ok');
  });

  it('answers a repeated header with 400 and everything else with 401', () => {
    expect(verifyError('duplicate_header')).toMatchObject({ status: 400, code: 'duplicate_header' });
    expect(verifyError('signature_mismatch')).toMatchObject({
      status: 401,
      code: 'signature_invalid',
      options: { extra: { reason: 'signature_mismatch' } },
    });
  });

  it('names the headers that must not be kept, and leaves ids and times', () => {
    expect(secretHeaders({ type: 'none' })).toEqual(['authorization', 'proxy-authorization', 'cookie']);
    expect(secretHeaders({ type: 'api-key', header: 'x-api-key', prefix: '', keys: [] })).toContain('x-api-key');
    const names = secretHeaders({ type: 'standard-webhooks', keys: [], toleranceS: 1 });
    expect(names).toContain('webhook-signature');
    expect(names).not.toContain('webhook-id');
  });
});
