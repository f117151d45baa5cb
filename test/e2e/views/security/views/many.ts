/** Takes sort and limit from the URL, as careless authors do. */
export default (_data: unknown, _props: unknown, { query }: { readonly query: Readonly<Record<string, string>> }) => ({
  _type: 'page',
  title: 'Many',
  children: [
    {
      _type: 'view',
      name: 'notes',
      find: { coll: 'notes', options: { sort: { [query.sort ?? 'text']: 1 }, limit: Number(query.limit) } },
    },
  ],
});
