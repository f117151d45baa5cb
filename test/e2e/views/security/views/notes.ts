/** What was found, each with a listener whose props nobody is to read. */
interface Note {
  readonly _id: string;
  readonly text: string;
  readonly secret?: string;
}

export default (notes: readonly Note[]) => ({
  _type: 'page',
  title: 'Notes',
  children: notes.map(({ _id, text, secret = 'none' }) => ({
    _type: 'button',
    key: _id,
    text,
    onPressed: { _type: 'listener', name: 'touch', props: { secret } },
  })),
});
