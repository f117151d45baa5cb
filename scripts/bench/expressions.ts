/**
 * How many expressions a second pass through the process that evaluates them, and what each costs the server's process.
 * `npx tsx scripts/bench/expressions.ts [evaluations]`
 */
import { createExpressions } from '../../server/listeners/expressions.ts';

const evaluations = Number(process.argv[2] ?? 20_000);
const expression = '{ "id": data.id, "twice": data.amount * 2, "greeting": "hello " & data.name }';
const input = JSON.stringify({ type: 'invoices.paid', data: { id: 7, amount: 2.5, name: 'Ada' } });
const expressions = createExpressions();

async function measure(count: number, atOnce: number): Promise<string> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const end = await expressions.evaluate(expression, input);
      if (end.status !== 'value') throw new Error(JSON.stringify(end));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = Math.round((count / (performance.now() - began)) * 1000);
  return `${atOnce} at once: ${perSecond} evaluations/s, ${((user + system) / count).toFixed(1)} µs of the server's processor each`;
}

await expressions.start();
await measure(Math.min(evaluations, 2_000), 50);
for (const atOnce of [1, 50, 200]) {
  process.stdout.write(`${await measure(atOnce === 1 ? evaluations / 10 : evaluations, atOnce)}\n`);
}
await expressions.stop();
