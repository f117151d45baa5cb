/** What only some may press. */
export default () => ({
  _type: 'page',
  title: 'Boss',
  children: [{ _type: 'button', text: 'Pay', onPressed: { _type: 'listener', name: 'touch', props: { by: 'boss' } } }],
});
