/** What stands in a form beside its inputs. */
import { useId, type ReactNode } from 'react';
import type { Fieldset as FieldsetNode, Hidden as HiddenNode } from '../../../schemas/components/form/whole.ts';
import { ShowAll } from '../../render/Show.tsx';
import '../layout/tokens.css';
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
