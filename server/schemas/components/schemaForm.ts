/**
 * Turns the `schema_form` of an author into the `form` that the browser gets: an input for each member of a JSON Schema.
 * What no input stands for is JSON to type. The inputs refuse what the schema would refuse, as far as they can; it is
 * still for the listener, or the schema of its collection, to check what arrives.
 */
import type { AnyComponent } from './base.ts';
import type { SchemaForm } from './form/whole.ts';
import { fieldOf, membersOf } from './form/schemaFields.ts';
import { isObject, resolve } from './form/schemaRead.ts';

/** Pure; keeps the listener of the author as it is. */
export function expandSchemaForm(spec: SchemaForm): AnyComponent {
  const { schema: root, value = {}, submitText = 'Save', disabled, _type: _replaced, ...kept } = spec;
  const schema = resolve(root, root);
  const isDisabled = disabled === true;
  const children = isObject(schema.properties)
    ? membersOf(schema, value, { root, path: [], isNeeded: true, isDisabled, depth: 0 }, fieldOf)
    : ['This schema names no members to fill in.'];
  const submit = { _type: 'button', text: submitText, submit: true, ...(isDisabled && { disabled: true }) };
  return { ...kept, _type: 'form', children: [...children, submit] };
}
