/** A view that does nothing wrong. */
export default () => ({
  _type: 'page',
  title: 'Hello',
  children: [
    { _type: 'button', text: 'Touch', onPressed: { _type: 'listener', name: 'touch', props: { by: 'hello' } } },
  ],
});
