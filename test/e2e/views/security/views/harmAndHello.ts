/** A view that goes wrong beside one that does not. */
export default (
  _data: unknown,
  _props: unknown,
  { params }: { readonly params: Readonly<Record<string, string>> },
) => ({
  _type: 'page',
  title: 'Harm',
  children: [
    { _type: 'view', name: 'harm', props: { how: params.how ?? '' } },
    { _type: 'text', value: 'the rest stands' },
  ],
});
