/**
 * Posts jobs from a process of its own: a fixed number of connections, each with one request under way. Told what to do
 * by one message from its parent; answers with one message.
 */
import { Agent, request } from 'node:http';

export interface EnqueueOrder {
  readonly port: number;
  readonly token: string;
  readonly connections: number;
  /** Ends after so many jobs, or so long, whichever is sooner. */
  readonly jobs: number;
  readonly durationMs: number;
  /** The times of the jobs are spread evenly by chance between these, from now on. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface EnqueueReport {
  readonly jobs: number;
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the first thousand. */
  readonly ids: readonly string[];
  readonly faults: number;
}

async function enqueue(order: EnqueueOrder): Promise<EnqueueReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const began = performance.now();
  const took: number[] = [];
  const ids: string[] = [];
  let asked = 0;
  let faults = 0;

  async function work(): Promise<void> {
    while (asked < order.jobs && performance.now() - began < order.durationMs) {
      asked += 1;
      const at = new Date(Date.now() + order.fromMs + Math.random() * (order.toMs - order.fromMs)).toISOString();
      const sentAt = performance.now();
      const { status, text } = await post(order, agent, JSON.stringify({ listener_name: 'late', event: { at }, at }));
      took.push(performance.now() - sentAt);
      if (status !== 202) faults += 1;
      else if (ids.length < 1_000) ids.push((JSON.parse(text) as { run: string }).run);
    }
  }

  await Promise.all(Array.from({ length: order.connections }, work));
  agent.destroy();
  const seconds = (performance.now() - began) / 1_000;
  took.sort((a, b) => a - b);
  const at = (part: number): number => took[Math.floor(took.length * part)] ?? 0;
  return { jobs: took.length, perS: took.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), ids, faults };
}

function post(
  { port, token }: EnqueueOrder,
  agent: Agent,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request({ port, agent, method: 'POST', path: '/app/jobs', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

process.once('message', (order) => {
  void enqueue(order as EnqueueOrder).then((report) => process.send?.(report, () => process.disconnect()));
});
