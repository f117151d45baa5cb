/** Any JSON, typed as text. The text is the person's: it is written anew only where it neither has the focus nor was changed. */
import { lazy, Suspense, useId, useState, type CSSProperties, type ReactNode } from 'react';
import type { JsonEditor as JsonEditorNode } from '../../../schemas/components/form/made.ts';
import type { Json } from '../../../schemas/json.ts';
import { isSame } from '../../render/isSame.ts';
import { Box, Group, describedBy, nameOf } from './Box.tsx';
import css from './form.module.css';
import { printJson, readJson } from './jsonText.ts';
import { useInput } from './useInput.ts';

const CodeMirror = lazy(() => import('./CodeMirror.tsx'));

/** null stands for an empty editor as well; what a person typed as `null` is sent as such where null is not left out. */
const isNothing = (value: Json) => value === null;

export function JsonEditor({ node }: { readonly node: JsonEditorNode }): ReactNode {
  const id = useId();
  const [text, setText] = useState(() => printJson(node.value));
  const read = readJson(text);
  const fault = !read.ok
    ? read.message
    : read.value === undefined && node.required === true
      ? 'This is needed.'
      : undefined;
  const [isShown, setShown] = useState(false);
  const input = useInput<Json>(node, {
    value: node.value,
    empty: null,
    event: node.onChanged,
    isTyped: true,
    fault,
    isEmpty: isNothing,
  });

  // Another value than what the text says: the server's, or that of a form that was reset.
  const own = read.ok ? (read.value ?? null) : undefined;
  const [known, setKnown] = useState<Json>(input.value);
  if (!isSame(known, input.value)) {
    setKnown(input.value);
    if (own !== undefined && !isSame(own, input.value)) setText(input.value === null ? '' : printJson(input.value));
  }

  const change = (typed: string) => {
    setText(typed);
    setShown(false);
    const now = readJson(typed);
    if (!now.ok) return;
    const value = now.value ?? null;
    setKnown(value);
    input.change(value);
  };

  const focus = {
    onFocus: input.focus.onFocus,
    onBlur: () => {
      setShown(true);
      input.focus.onBlur();
    },
  };
  const error = (isShown ? fault : undefined) ?? input.error;
  const lines = { '--lines-min': node.minLines ?? 4, '--lines-max': node.maxLines ?? 20 } as CSSProperties;
  return (
    <Box error={error} focus={focus}>
      <Group node={node} error={error} id={id}>
        <div className={css.editor} style={lines} data-fault={error === undefined ? undefined : ''}>
          <Suspense fallback={<pre className={css.waiting}>{text}</pre>}>
            <CodeMirror
              text={text}
              onChange={change}
              label={nameOf(node)}
              describedBy={describedBy(node, error, id)['aria-describedby']}
              isInvalid={error !== undefined}
              isReadOnly={node.readOnly === true || node.disabled === true}
            />
          </Suspense>
        </div>
      </Group>
    </Box>
  );
}
