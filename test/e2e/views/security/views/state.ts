/** Hands on what a listener has set, and what it was of who looks. */
export default (_data: unknown, _props: unknown, { state }: { readonly state: unknown }) => ({
  state,
  press: { _type: 'listener', name: 'setState' },
});
