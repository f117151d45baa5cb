/** The examples are what the gallery shows and authors copy: each must fit the schema it is an example of. */
import { describe, expect, it } from 'vitest';
import { createParser } from '../../../server/lib/schema.ts';
import type { ComponentSpec } from '../../../server/schemas/components/base.ts';
import { fact } from '../../../server/schemas/components/fact.ts';
import { layout } from '../../../server/schemas/components/layout.ts';
import { text } from '../../../server/schemas/components/text.ts';

const specs: readonly ComponentSpec[] = [...layout, ...text, ...fact];

/** The component itself and all within it that are of these groups. */
function* within(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if ('_type' in value) yield value;
  for (const member of Object.values(value)) yield* within(member);
}

describe.each(specs.map((spec) => [spec.type, spec] as const))('%s', (type, spec) => {
  const parse = createParser(spec.schema, 'body');
  const own = () => spec.examples.flatMap(({ tree }) => [...within(tree)]).filter((node) => node._type === type);

  it('has two to four examples that show it', () => {
    expect(spec.examples.length).toBeGreaterThanOrEqual(2);
    expect(spec.examples.length).toBeLessThanOrEqual(4);
    for (const { tree } of spec.examples) expect([...within(tree)].map((node) => node._type)).toContain(type);
    expect(new Set(spec.examples.map(({ title }) => title)).size).toBe(spec.examples.length);
  });

  it('accepts its own examples', () => {
    for (const node of own()) expect(() => parse(structuredClone(node))).not.toThrow();
  });

  it('refuses a member that it does not have', () => {
    const [node] = own();
    for (const foreign of [
      { style: { color: 'red' } },
      { dangerouslySetInnerHTML: { __html: '<b>' } },
      { className: 'x' },
    ]) {
      expect(() => parse({ ...structuredClone(node), ...foreign })).toThrow(/not|unknown|additional/i);
    }
  });

  it('names each of its events', () => {
    const members = Object.entries(spec.schema.properties as Record<string, { slot?: string }>);
    expect(Object.keys(spec.events).sort()).toEqual(
      members.flatMap(([name, { slot }]) => (slot === 'event' ? [name] : [])).sort(),
    );
  });
});

it('takes words of the theme where a colour or a distance is meant, and no text of a style sheet', () => {
  const container = createParser(layout.find(({ type }) => type === 'container')!.schema, 'body');
  const beacon = { _type: 'container', decoration: { color: 'url(https://example.net/t.png)' } };
  expect(() => container(beacon)).toThrow();
  expect(() => container({ _type: 'container', padding: '1px;background:url(//example.net)' })).toThrow();
  expect(() => container({ _type: 'container', decoration: { color: 'subtle' }, padding: 'md' })).not.toThrow();
});

it('lets each example hold only components that fit their schemas', () => {
  const parsers = new Map(specs.map((spec) => [spec.type, createParser(spec.schema, 'body')]));
  for (const { examples } of specs) {
    for (const { tree } of examples) {
      for (const node of within(tree)) {
        const parse = parsers.get(String(node._type));
        if (parse) expect(() => parse(structuredClone(node)), JSON.stringify(node).slice(0, 200)).not.toThrow();
      }
    }
  }
});
