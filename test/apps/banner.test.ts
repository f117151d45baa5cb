import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderBanner, tryOutLines, type BannerFacts } from '../../server/apps/banner.ts';

const facts: BannerFacts = {
  version: '0.1.0',
  url: 'http://localhost:4000',
  publicUrl: undefined,
  credentialsPath: 'data/credentials.json',
  credentials: 'made',
  egressAllow: [],
  isLoopbackOpen: true,
  storage: 'embedded, in data/',
  useColour: false,
};

describe('the banner', () => {
  it('is short and says where things are', () => {
    const text = renderBanner(facts);
    expect(text.split('\n').length).toBeLessThan(18);
    expect(text).toMatch(/Pages +http:\/\/localhost:4000\/$/m);
    for (const part of ['http://localhost:4000/docs', 'data/credentials.json', 'EGRESS_ALLOW'])
      expect(text).toContain(part);
    expect(text).not.toContain('\x1b');
  });

  it.each([
    [{ credentials: 'absent' }, 'npm run token'],
    [{ credentials: 'foreign' }, 'belongs to another app'],
    [{ publicUrl: 'https://hooks.test' }, 'https://hooks.test'],
    [{ egressAllow: ['10.0.0.0/8'], isLoopbackOpen: false }, 'and to 10.0.0.0/8'],
    [{ useColour: true }, '\x1b[1m'],
  ] as const)('with %j says %j', (given, words) => expect(renderBanner({ ...facts, ...given })).toContain(words));

  it('shows no lines to paste that could not work', () => {
    expect(renderBanner({ ...facts, credentials: 'absent' })).not.toContain('curl');
  });
});

describe('the lines to paste', () => {
  let dir: string;
  let server: Server;
  let url: string;
  const seen: { readonly path: string; readonly token: string | undefined; readonly body: string }[] = [];

  beforeEach(async () => {
    seen.length = 0;
    dir = mkdtempSync(join(tmpdir(), "earshot it's a "));
    server = createServer((req, res) => {
      void readAll(req).then((body) => {
        seen.push({ path: req.url ?? '', token: req.headers.authorization, body });
        res.end(JSON.stringify({ uuid: 'u', url: `${url}/apps/a/webhooks/u` }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await new Promise((resolve) => server.close(resolve));
  });

  it('make a webhook and trigger it when run one after the other in a POSIX shell', async () => {
    const credentialsPath = join(dir, 'credentials.json');
    const environments = { production: { id: 1, token: 'ear_pTOKEN' } };
    writeFileSync(credentialsPath, JSON.stringify({ environments }));
    const lines = tryOutLines({ url, credentialsPath });
    const { stdout } = await promisify(execFile)('sh', ['-euc', lines.join('\n')]);
    expect(stdout).toContain(`${url}/apps/a/webhooks/u\n`);
    expect(seen).toEqual([
      { path: '/app/webhooks', token: 'Bearer ear_pTOKEN', body: '{"action":"exampleListener","props":{"userId":1}}' },
      { path: '/apps/a/webhooks/u', token: undefined, body: '{"triggerData":"someData"}' },
    ]);
  });
});

async function readAll(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  return text;
}
