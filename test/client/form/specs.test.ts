/** Each example of the groups act and form fits its own schema, and what a schema does not name is refused. */
import { describe, expect, it } from 'vitest';
import { createParser } from '../../../server/lib/schema.ts';
import { act } from '../../../server/schemas/components/act.ts';
import { form } from '../../../server/schemas/components/form.ts';

const specs = [...act, ...form];

describe.each(specs.map((spec) => [spec.type, spec] as const))('%s', (_type, spec) => {
  const parse = createParser(spec.schema, 'body');

  it.each(spec.examples.map((example) => [example.title, example.tree] as const))('takes: %s', (_title, tree) => {
    expect(parse(structuredClone(tree))).toEqual(tree);
  });

  it('refuses a member that it does not name', () => {
    const tree = { ...structuredClone(spec.examples[0]!.tree), style: { color: 'red' } };
    expect(() => parse(tree)).toThrow(/style/);
  });

  it('has a description, two examples, and words for each event', () => {
    expect(spec.description.length).toBeGreaterThan(10);
    expect(spec.examples.length).toBeGreaterThan(1);
    const events = Object.keys(spec.schema.properties).filter((name) => /^on[A-Z]/.test(name));
    expect(Object.keys(spec.events)).toEqual(expect.arrayContaining(events));
  });
});
