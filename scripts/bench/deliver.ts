/**
 * From events published in one process to signed deliveries received in another: how many a second, and how long one
 * takes, beside undici posting the same bytes with the same signing and no storage. Then what one dead endpoint among
 * ten rules costs the others, and what ten thousand rules cost an event of which three take it. Everything takes turns
 * in each round, so that a change of the machine's speed hits all alike; the figures are medians of the rounds.
 *
 *   npm run bench:deliver [-- rounds]
 */
import { cpus } from 'node:os';
import { freePort, type Earshot } from '../support/earshot.ts';
import {
  deliveryBody,
  makeRules,
  measure,
  startPlatform,
  STAMP,
  type Burst,
  type Measured,
} from './deliver/platform.ts';
import { sendBare, startSink, type Sink } from './deliver/processes.ts';

const rounds = Number(process.argv[2] ?? 3);
const BARE = { count: 6_000, connections: 50, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
const FULL = { one: 3_000, ten: 400, few: 1_000 };
const PACED_SECONDS = 3;
const MANY_RULES = 10_000;
/** Making ten thousand rules warms a process up; the others get as much practice before they are compared. */
const WARM_EVENTS = 2_000;

const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const figures = new Map<string, Measured[]>();

async function main(): Promise<void> {
  print(`${String(cpus().length)} cores, Node ${process.version}, ${String(rounds)} rounds\n`);
  const sink = await startSink();
  const [first, few, many] = await Promise.all([startPlatform(), startPlatform(), startPlatform()]);
  const platforms = [first, few, many];
  try {
    await prepare(sink, { first, few, many });
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) bare.push(await measureRound(sink, { first, few, many }));
    printTable(median(bare));
  } finally {
    for (const platform of platforms) {
      await platform.stop();
      await platform.removeData();
    }
    sink.stop();
  }
}

interface Platforms {
  readonly first: Earshot;
  readonly few: Earshot;
  readonly many: Earshot;
}

async function prepare(sink: Sink, { first, few, many }: Platforms): Promise<void> {
  const url = `http://127.0.0.1:${String(sink.port)}/`;
  const refusing = `http://127.0.0.1:${String(await freePort())}/`;
  const silent = `http://127.0.0.1:${String(sink.silentPort)}/`;
  const rule = (type: string, more: object = {}) => ({ events: [type], target: { url }, ...more });
  const elsewhere = (n: number) => ({ target: { url: `${url}${String(n)}` } });
  const times = (count: number, made: (n: number) => object): object[] =>
    Array.from({ length: count }, (_, n) => made(n));
  await makeRules(first, [
    rule('one.happened'),
    ...times(10, () => rule('ten.happened')),
    ...times(10, () => rule('healthy.happened')),
    ...times(10, (n) => rule('refused.happened', n === 0 ? { target: { url: refusing } } : {})),
    ...times(10, (n) => rule('silent.happened', n === 0 ? { target: { url: silent } } : {})),
  ]);
  const three = times(3, () => rule('three.happened'));
  // Those that do not match: half by their type, half by a filter. Each goes elsewhere, as those of ten thousand would.
  const others = (count: number) =>
    times(count, (n) =>
      n % 2 === 0
        ? rule(`other${String(n)}.happened`, elsewhere(n))
        : rule('three.happened', { ...elsewhere(n), filter: { 'data.customer': `c${String(n)}` } }),
    );
  await makeRules(few, [...three, ...others(7)]);
  const began = performance.now();
  await makeRules(many, [...three, ...others(MANY_RULES - 3)]);
  print(`${String(MANY_RULES)} rules made in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  for (const platform of [first, few, many]) {
    const type = platform === first ? 'one.happened' : 'three.happened';
    await measure(platform, sink, { type, events: WARM_EVENTS, rules: platform === first ? 1 : 3 });
  }
}

/** Answers what the bare sender reached. */
async function measureRound(sink: Sink, { first, few, many }: Platforms): Promise<number> {
  await sink.reset();
  const body = deliveryBody('one.happened');
  const { perS } = await sendBare({ ...BARE, url: `http://127.0.0.1:${String(sink.port)}`, body, stamp: STAMP });
  const keep = async (name: string, platform: Earshot, burst: Burst): Promise<Measured> => {
    const measured = await measure(platform, sink, burst);
    figures.set(name, [...(figures.get(name) ?? []), measured]);
    return measured;
  };
  const paced = (type: string, rules: number, sent: number, deliveriesPerS: number): Burst => {
    const ratePerS = Math.max(1, Math.floor(deliveriesPerS / 2 / rules));
    return { type, rules: sent, events: Math.ceil(ratePerS * PACED_SECONDS), ratePerS };
  };
  const one = await keep('one rule, full speed', first, { type: 'one.happened', events: FULL.one, rules: 1 });
  await keep('one rule, half of that', first, paced('one.happened', 1, 1, one.deliveriesPerS));
  const ten = await keep('ten rules, full speed', first, { type: 'ten.happened', events: FULL.ten, rules: 10 });
  await keep('ten rules, half of that', first, paced('ten.happened', 10, 10, ten.deliveriesPerS));
  await keep('ten rules, all endpoints alive', first, paced('healthy.happened', 10, 10, ten.deliveriesPerS));
  await keep('ten rules, one endpoint refuses', first, paced('refused.happened', 10, 9, ten.deliveriesPerS));
  await keep('ten rules, one endpoint is silent', first, paced('silent.happened', 10, 9, ten.deliveriesPerS));
  await keep('10 rules, 3 match', few, { type: 'three.happened', events: FULL.few, rules: 3 });
  await keep('10,000 rules, 3 match', many, { type: 'three.happened', events: FULL.few, rules: 3 });
  return perS;
}

function printTable(barePerS: number): void {
  const columns = ['events/s', 'deliveries/s', 'of bare', 'p50 ms', 'p95 ms'];
  const line = (name: string, cells: readonly string[]): void =>
    print(name.padEnd(36) + cells.map((cell) => cell.padStart(13)).join(''));
  line(`median of ${String(rounds)} rounds`, columns);
  line('undici alone, same bytes, signed', ['', barePerS.toFixed(0), '1.00', '', '']);
  for (const [name, each] of figures) {
    const of = (pick: (measured: Measured) => number): number => median(each.map(pick));
    const deliveriesPerS = of((measured) => measured.deliveriesPerS);
    line(name, [
      of(({ eventsPerS }) => eventsPerS).toFixed(0),
      deliveriesPerS.toFixed(0),
      (deliveriesPerS / barePerS).toFixed(2),
      of(({ p50Ms }) => p50Ms).toFixed(1),
      of(({ p95Ms }) => p95Ms).toFixed(1),
    ]);
  }
  const costOf = (name: string): number => 1 / median((figures.get(name) ?? []).map((one) => one.deliveriesPerS));
  const ratio = costOf('10,000 rules, 3 match') / costOf('10 rules, 3 match');
  print(`\nAn event costs ${ratio.toFixed(2)} times as much with 10,000 rules as with 10.`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

await main();
