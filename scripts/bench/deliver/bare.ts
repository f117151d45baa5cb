/**
 * What deliveries cost without a platform: undici posts the same bytes with the same signing from a process of its own
 * and keeps nothing. Told what to do by one message; answers with one when all are sent.
 */
import { Pool } from 'undici';
import { signWebhook } from '../../../server/lib/signature.ts';

export interface BareOrder {
  readonly url: string;
  readonly count: number;
  readonly connections: number;
  /** The body of a delivery, with the stamp in it. */
  readonly body: string;
  readonly stamp: string;
  readonly secret: string;
}

export interface BareReport {
  readonly perS: number;
}

async function send({ url, count, connections, body, stamp, secret }: BareOrder): Promise<BareReport> {
  const pool = new Pool(url, { connections });
  const began = performance.now();
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const nowMs = performance.timeOrigin + performance.now();
      const bytes = Buffer.from(body.replace(stamp, nowMs.toFixed(3)));
      const id = `evt_${String(n).padStart(26, '0')}`;
      const timestampS = Math.floor(nowMs / 1000);
      const answer = await pool.request({
        method: 'POST',
        path: '/',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signWebhook({ id, timestampS, body: bytes, secrets: [secret] }),
        },
        body: bytes,
      });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const perS = count / ((performance.now() - began) / 1000);
  await pool.close();
  return { perS };
}

process.once('message', (order: BareOrder) => {
  send(order).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
