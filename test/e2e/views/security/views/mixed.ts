/** One page for all users, with more on it for some. */
export default (_data: unknown, _props: unknown, { roles }: { readonly roles: readonly string[] }) => ({
  _type: 'page',
  title: 'Mixed',
  children: roles.includes('boss')
    ? [{ _type: 'button', text: 'Pay', onPressed: { _type: 'listener', name: 'touch', props: { by: 'mixed' } } }]
    : ['nothing for you'],
});
