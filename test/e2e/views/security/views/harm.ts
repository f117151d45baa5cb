/** Everything a view may do to the server that calls it. */
import { readFileSync } from 'node:fs';

const ways: Readonly<Record<string, (given: unknown[]) => unknown>> = {
  loops: () => {
    for (;;);
  },
  allocates: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(1_000).fill(kept.length));
  },
  exits: () => process.exit(0),
  throws: () => {
    throw new Error('planted-word in /srv/planted/path.ts');
  },
  reads: () => readFileSync('/srv/planted/path.txt', 'utf8'),
  mutates: () => {
    (Object.prototype as { tampered?: boolean }).tampered = true;
    Array.prototype.map = () => [];
    return 'mutated';
  },
  large: () => 'x'.repeat(10 * 1024 * 1024),
  nodes: () => ({ _type: 'column', children: Array.from({ length: 10_000 }, (_, i) => `node ${String(i)}`) }),
  components: () => ({
    _type: 'column',
    children: Array.from({ length: 10_000 }, (_, i) => ({ _type: 'text', value: `node ${String(i)}` })),
  }),
  itself: () => ({ _type: 'view', name: 'harm', props: { how: 'itself' } }),
  many: () => ({
    _type: 'column',
    children: Array.from({ length: 3 }, () => ({ _type: 'view', name: 'harm', props: { how: 'many' } })),
  }),
};

export default (data: unknown[], { how }: { readonly how: string }) => ways[how]?.(data) ?? null;
