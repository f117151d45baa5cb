/** What anybody may have written, in every component that shows text. */
export default (texts: readonly { readonly _id: string; readonly text: string }[]) => ({
  _type: 'page',
  title: 'Texts',
  children: texts.flatMap(({ _id, text }) =>
    [
      { _type: 'text', value: text },
      { _type: 'heading', value: text },
      { _type: 'markdown', value: text },
      { _type: 'code', value: text },
      { _type: 'json', value: { text } },
      { _type: 'alert', title: text, text },
      { _type: 'badge', text },
    ].map((component, i) => ({ key: `${_id}${String(i)}`, ...component })),
  ),
});
