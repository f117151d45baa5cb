/** What stands in a form beside its inputs. */
import { useId, type ReactNode } from 'react';
import type {
  Fieldset as FieldsetNode,
  Hidden as HiddenNode,
  SchemaForm as SchemaFormNode,
} from '../../../schemas/components/form/whole.ts';
import { ShowAll } from '../../render/Show.tsx';
import '../state/colours.css';
import css from './form.module.css';
import { useInput } from './useInput.ts';

export function Fieldset({ node }: { readonly node: FieldsetNode }): ReactNode {
  const id = useId();
  return (
    <fieldset
      className={css.fieldset}
      disabled={node.disabled ?? false}
      {...(node.help !== undefined && { 'aria-describedby': id })}
    >
      {node.label !== undefined && <legend>{node.label}</legend>}
      <div className={css.parts}>
        {node.help !== undefined && (
          <div id={id} className={css.help}>
            {node.help}
          </div>
        )}
        <ShowAll nodes={node.children} />
      </div>
    </fieldset>
  );
}

export function Hidden({ node }: { readonly node: HiddenNode }): ReactNode {
  useInput({ _type: 'hidden', name: node.name }, { value: node.value, empty: null });
  return null;
}

/** The server puts a form in its place; only who draws trees without a server, as the gallery does, meets it. */
export function SchemaForm({ node }: { readonly node: SchemaFormNode }): ReactNode {
  const members = Object.keys((node.schema.properties ?? {}) as object);
  return <div className={css.help}>The server makes a form of this schema, with: {members.join(', ')}.</div>;
}
