/**
 * Runs JSONata's own test suite through our evaluator: the whole way, runner process and limits included.
 *   JSONATA_DIR=<checkout of the release we use> node --import tsx scripts/conformance/jsonata.ts [part of a group …]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createExpressions, type Evaluated } from '../../server/listeners/expressions.ts';
import { readExpected, report, type Result } from './results.ts';

interface Case {
  readonly expr?: string;
  readonly 'expr-file'?: string;
  readonly description?: string;
  readonly data?: unknown;
  readonly dataset?: string | null;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly undefinedResult?: boolean;
  readonly unordered?: boolean;
  readonly code?: string;
  readonly error?: { readonly code?: string };
}

const dir = process.env.JSONATA_DIR;
if (dir === undefined) {
  console.error('JSONATA_DIR must name a checkout of jsonata-js/jsonata; see scripts/conformance/README.md.');
  process.exit(2);
}
const suite = join(dir, 'test', 'test-suite');
const expressions = createExpressions();

async function main(wanted: readonly string[]): Promise<number> {
  await expressions.start();
  try {
    const results: Result[] = [];
    for (const group of readdirSync(join(suite, 'groups')).sort()) {
      if (wanted.length > 0 && !wanted.some((part) => group.includes(part))) continue;
      for (const [name, one] of casesOf(group)) results.push(await judge(`${group}/${name}`, group, one));
    }
    return report(results, readExpected(new URL('jsonata.expected.json', import.meta.url)), wanted.length === 0);
  } finally {
    await expressions.stop();
  }
}

/** A file holds one case or a list of them. */
function casesOf(group: string): (readonly [string, Case])[] {
  const folder = join(suite, 'groups', group);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const read = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Case | Case[];
      return Array.isArray(read)
        ? read.map((one, i) => [`${name} > ${i}`, one] as const)
        : [[`${name} > 0`, read] as const];
    });
}

async function judge(id: string, group: string, one: Case): Promise<Result> {
  const file = one['expr-file'];
  const written = file === undefined ? (one.expr ?? '') : readFileSync(join(suite, 'groups', group, file), 'utf8');
  const evaluated = await expressions.evaluate(withBindings(written, one.bindings), inputOf(one));
  const fault = faultOf(one, evaluated);
  return fault === null
    ? { id, outcome: 'passed' }
    : { id, outcome: 'failed', message: `${written.slice(0, 200)} : ${fault}` };
}

/** An evaluation of ours has no variables but those it binds itself; JSON is an expression too. */
function withBindings(expression: string, bindings: Case['bindings'] = {}): string {
  const bound = Object.entries(bindings).map(([name, value]) => `$${name} := ${JSON.stringify(value)}; `);
  return bound.length === 0 ? expression : `(${bound.join('')}${expression})`;
}

/** The suite knows input that is undefined; ours is always JSON. */
function inputOf(one: Case): string {
  if ('data' in one) return JSON.stringify(one.data);
  return typeof one.dataset === 'string' ? readFileSync(join(suite, 'datasets', `${one.dataset}.json`), 'utf8') : '{}';
}

function faultOf(one: Case, evaluated: Evaluated): string | null {
  const got = JSON.stringify(evaluated).slice(0, 300);
  if ('undefinedResult' in one) return evaluated.status === 'nothing' ? null : `expected nothing, got ${got}`;
  if ('result' in one) {
    const isSame = evaluated.status === 'value' && isDeepStrictEqual(JSON.parse(evaluated.json), one.result);
    return isSame ? null : `expected ${JSON.stringify(one.result).slice(0, 300)}, got ${got}`;
  }
  const code = one.code ?? one.error?.code ?? '';
  return evaluated.status === 'failed' && evaluated.reason.includes(code) ? null : `expected ${code}, got ${got}`;
}

process.exitCode = await main(process.argv.slice(2));
