import { describe, expect, it } from 'vitest';
import { answerCloudEvents, answerMeta, answerSlack } from '../../server/webhooks/handshakes.ts';

const refused = expect.objectContaining({ code: 'handshake_refused', status: 403 }) as Error;

describe('answerSlack', () => {
  const event = {
    type: 'url_verification',
    token: 'x',
    challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
  };

  it.each(['none', 'slack'] as const)('echoes the challenge as plain text where verification is %s', (type) => {
    expect(answerSlack(type, event)).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
      body: event.challenge,
    });
  });

  it('is no handshake for webhooks of other senders, nor for other events', () => {
    expect(answerSlack('github', event)).toBeNull();
    for (const other of [
      null,
      1,
      'url_verification',
      [event],
      {},
      { type: 'url_verification' },
      { ...event, type: 'event_callback' },
    ]) {
      expect(answerSlack('none', other)).toBeNull();
    }
  });

  it.each(['', '<script>', 'a b', 'a\nb', 'ü', 'x'.repeat(1_025), 1, { a: 1 }])('does not echo %j', (challenge) => {
    expect(() => answerSlack('slack', { ...event, challenge })).toThrow(refused);
  });

  it('echoes 1,024 characters', () => {
    expect(answerSlack('slack', { ...event, challenge: 'x'.repeat(1_024) })?.body).toHaveLength(1_024);
  });
});

describe('answerMeta', () => {
  const query = { 'hub.mode': 'subscribe', 'hub.verify_token': 'the token I told Meta', 'hub.challenge': '1158201444' };
  const request = { method: 'GET', query, hubVerifyToken: 'the token I told Meta' };

  it('echoes the challenge to who knows the token', () => {
    expect(answerMeta(request)).toMatchObject({ status: 200, body: '1158201444' });
    expect(answerMeta(request)?.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('is no handshake without a token on the webhook, without hub.mode, or by another method', () => {
    expect(answerMeta({ ...request, hubVerifyToken: null })).toBeNull();
    expect(answerMeta({ ...request, query: { 'hub.challenge': '1' } })).toBeNull();
    expect(answerMeta({ ...request, method: 'POST' })).toBeNull();
  });

  it.each([
    { ...query, 'hub.verify_token': 'another' },
    { ...query, 'hub.verify_token': '' },
    { ...query, 'hub.verify_token': ['the token I told Meta', 'the token I told Meta'] },
    { ...query, 'hub.mode': 'unsubscribe' },
    { ...query, 'hub.challenge': '<script>alert(1)</script>' },
    { ...query, 'hub.challenge': ['1', '2'] },
    { 'hub.mode': 'subscribe', 'hub.verify_token': 'the token I told Meta' },
    { 'hub.mode': 'subscribe', 'hub.challenge': '1' },
  ])('refuses %j', (spoiled) => {
    expect(() => answerMeta({ ...request, query: spoiled })).toThrow(refused);
  });
});

describe('answerCloudEvents', () => {
  const request = {
    method: 'OPTIONS',
    headers: { 'webhook-request-origin': ['eventemitter.example.com'] },
    allowedOrigins: ['other.example', 'EventEmitter.example.com'],
  };

  it('gives permission to an origin on the list, by name', () => {
    expect(answerCloudEvents(request)).toEqual({
      status: 200,
      headers: {
        allow: 'POST',
        'webhook-allowed-origin': 'EventEmitter.example.com',
        'webhook-allowed-rate': '6000',
      },
      body: '',
    });
  });

  it.each([
    ['120', '120'],
    ['999999', '6000'],
    ['0', '1'],
    ['*', '6000'],
    ['abc', '6000'],
  ])('asked for the rate %s allows %s', (rate, allowed) => {
    const headers = { ...request.headers, 'webhook-request-rate': [rate] };
    expect(answerCloudEvents({ ...request, headers })?.headers['webhook-allowed-rate']).toBe(allowed);
  });

  it.each([
    ['*'],
    [''],
    ['evil.example'],
    ['eventemitter.example.com.evil.example'],
    ['other.example', 'other.example'],
  ])('refuses the origin %j', (...origins) => {
    const headers = { 'webhook-request-origin': origins };
    expect(() => answerCloudEvents({ ...request, headers })).toThrow(refused);
  });

  it('is no handshake without a list, without the header, or by another method', () => {
    expect(answerCloudEvents({ ...request, allowedOrigins: [] })).toBeNull();
    expect(answerCloudEvents({ ...request, headers: {} })).toBeNull();
    expect(answerCloudEvents({ ...request, method: 'POST' })).toBeNull();
  });
});
