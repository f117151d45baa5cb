/**
 * What becomes of deliveries when things go wrong: first with receivers that misbehave, then with Earshot killed by
 * kill -9 at random moments while events flow to many rules. Exits with 1 when a delivery is lost, when one is made after
 * its success was recorded, when more than 1 % are made twice, or when a receiver's fault is not named or delays others.
 *
 *   node --import tsx scripts/faults/deliveries.ts [--events 5000] [--rules 20] [--kills 10]
 */
import { parseArgs } from 'node:util';
import { crashWhileDelivering } from './deliveryCrash.ts';
import { misbehave } from './misbehaviour.ts';

const MISBEHAVED_EVENTS = 40;
const MAX_DUPLICATES = 0.01;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '5000' },
    rules: { type: 'string', default: '20' },
    kills: { type: 'string', default: '10' },
  },
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const misbehaved = await misbehave(MISBEHAVED_EVENTS);
for (const [outcome, times] of Object.entries(misbehaved.outcomes)) print(`${String(times).padStart(5)}  ${outcome}`);
print(`the good receiver waited ${String(misbehaved.worstDelayMs)} ms at most\n`);

const crashed = await crashWhileDelivering(
  { events: Number(values.events), rules: Number(values.rules), kills: Number(values.kills) },
  print,
);
const { faults, ...figures } = crashed;
print(JSON.stringify(figures));
const share = figures.duplicates / figures.pairs;
print(`${(share * 100).toFixed(3)} % delivered more than once`);

const all = [...misbehaved.faults, ...faults, ...(share >= MAX_DUPLICATES ? ['too many duplicates'] : [])];
for (const fault of all.slice(0, 20)) print(`FAULT  ${fault}`);
process.exit(all.length === 0 ? 0 : 1);
