/** For tests of `schema_form`: the form of a schema, and its inputs. */
import type { AnyComponent } from '../../../server/schemas/components/base.ts';
import type { SchemaForm } from '../../../server/schemas/components/form/whole.ts';
import { expandSchemaForm } from '../../../server/schemas/components/schemaForm.ts';

export const expand = (schema: object, value?: object) =>
  expandSchemaForm({ _type: 'schema_form', schema, ...(value && { value }) } as SchemaForm);

/** All inputs, out of their fieldsets. */
export const inputsOf = (node: AnyComponent): AnyComponent[] =>
  ((node.children ?? []) as (AnyComponent | string)[]).flatMap((child) =>
    typeof child === 'string' || child._type === 'button' ? [] : child._type === 'fieldset' ? inputsOf(child) : [child],
  );
