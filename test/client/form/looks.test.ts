/** All examples of act and form at once, with a large and a small screen, by day and by night. */
import type { AnyComponent } from '../../../server/schemas/components/base.ts';
import type { SchemaForm } from '../../../server/schemas/components/form/whole.ts';
import { expandSchemaForm } from '../../../server/schemas/components/schemaForm.ts';
import { act } from '../../../server/schemas/components/act.ts';
import { form } from '../../../server/schemas/components/form.ts';
import { describeLooks } from '../layout/looks.ts';

const expanded = (tree: AnyComponent) => (tree._type === 'schema_form' ? expandSchemaForm(tree as SchemaForm) : tree);

describeLooks('act', act);
describeLooks(
  'form',
  form.map((spec) => ({
    ...spec,
    examples: spec.examples.map(({ title, tree }) => ({ title, tree: expanded(tree) })),
  })),
);
