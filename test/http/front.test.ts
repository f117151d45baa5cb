import { describe, expect, it } from 'vitest';
import { triggerTarget } from '../../server/http/front.ts';

describe('triggerTarget', () => {
  it('finds app, webhook and query in a trigger URL', () => {
    expect(triggerTarget('/apps/a-1/webhooks/w-2?x=1&y')).toEqual({
      path: '/apps/a-1/webhooks/w-2',
      appUuid: 'a-1',
      webhookUuid: 'w-2',
      query: 'x=1&y',
    });
    expect(triggerTarget('/apps/a/webhooks/w/')).toMatchObject({ path: '/apps/a/webhooks/w', query: '' });
  });

  it.each([
    '/',
    '/app/webhooks',
    '/apps/a/webhooks',
    '/apps/a/webhooks/',
    '/apps/a/webhooks/w/more',
    '/x/apps/a/webhooks/w',
  ])('hands %s on', (url) => expect(triggerTarget(url)).toBeUndefined());
});
