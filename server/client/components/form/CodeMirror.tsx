/** The editor itself, loaded when the first one is shown. Tab leaves it, as it leaves every input. */
import { closeBrackets } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput, syntaxTree } from '@codemirror/language';
import { linter, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, lineNumbers, ViewPlugin, type DecorationSet } from '@codemirror/view';
import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react';
import { readJson } from './jsonText.ts';

interface CodeMirrorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
  readonly describedBy: string | undefined;
  readonly isInvalid: boolean;
  readonly isReadOnly: boolean;
}

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--ear-surface)', color: 'var(--ear-text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    minHeight: 'calc(var(--lines-min) * 1.4em + 10px)',
    maxHeight: 'calc(var(--lines-max) * 1.4em + 10px)',
    overflow: 'auto',
  },
  '.cm-json-name': { color: 'var(--ear-info)' },
  '.cm-json-text': { color: 'var(--ear-success)' },
  '.cm-json-other': { color: 'var(--ear-warning)' },
  '.cm-content': { caretColor: 'var(--ear-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--ear-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--ear-soft)',
    color: 'var(--ear-neutral)',
    border: 'none',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--ear-chosen)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--ear-surface)',
    color: 'var(--ear-text)',
    border: '1px solid var(--ear-line)',
  },
});

const marks: Readonly<Record<string, Decoration>> = {
  PropertyName: Decoration.mark({ class: 'cm-json-name' }),
  String: Decoration.mark({ class: 'cm-json-text' }),
  Number: Decoration.mark({ class: 'cm-json-other' }),
  True: Decoration.mark({ class: 'cm-json-other' }),
  False: Decoration.mark({ class: 'cm-json-other' }),
  Null: Decoration.mark({ class: 'cm-json-other' }),
};

function marksOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = marks[node.name];
        if (mark !== undefined) builder.add(node.from, node.to, mark);
      },
    });
  }
  return builder.finish();
}

const colours = ViewPlugin.define(
  (view) => {
    const plugin = {
      marks: marksOf(view),
      update: () => {
        plugin.marks = marksOf(view);
      },
    };
    return plugin;
  },
  { decorations: (plugin) => plugin.marks },
);

const nonceOf = () => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

export default function CodeMirror(props: CodeMirrorProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const changing = useRef(new Compartment());
  const changed = useEffectEvent((text: string) => props.onChange(text));
  const start = useEffectEvent(() => {
    const view = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: props.text,
        extensions: [
          EditorView.cspNonce.of(nonceOf()),
          lineNumbers(),
          history(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          json(),
          linter(faultsOf),
          colours,
          look,
          EditorView.lineWrapping,
          changing.current.of(changeable(props)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((each) => each.isUserEvent(OURS))) {
              changed(update.state.doc.toString());
            }
          }),
        ],
      }),
    });
    editor.current = view;
    return view;
  });

  useEffect(() => {
    const view = start();
    return () => view.destroy();
  }, []);

  const { text, label, describedBy, isInvalid, isReadOnly } = props;
  useEffect(() => {
    const view = editor.current;
    if (view === undefined || view.state.doc.toString() === text) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: OURS });
  }, [text]);
  useEffect(() => {
    const effects = changing.current.reconfigure(changeable({ label, describedBy, isInvalid, isReadOnly }));
    editor.current?.dispatch({ effects });
  }, [label, describedBy, isInvalid, isReadOnly]);

  return <div ref={place} />;
}

/** Marks changes that are not the person's. */
const OURS = 'earshot';

function faultsOf(view: EditorView): readonly Diagnostic[] {
  const { length } = view.state.doc;
  const read = readJson(view.state.doc.toString());
  if (read.ok) return [];
  const from = Math.min(read.at, length);
  return [{ from, to: Math.min(from + 1, length), severity: 'error', message: read.message }];
}

function changeable({
  label,
  describedBy,
  isInvalid,
  isReadOnly,
}: Omit<CodeMirrorProps, 'text' | 'onChange'>): Extension {
  return [
    EditorState.readOnly.of(isReadOnly),
    EditorView.contentAttributes.of({
      'aria-label': label,
      'aria-invalid': String(isInvalid),
      'aria-readonly': String(isReadOnly),
      ...(describedBy !== undefined && { 'aria-describedby': describedBy }),
    }),
  ];
}
