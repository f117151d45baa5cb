/** Members that no component has, and that would be dangerous if one were spread onto an element. */
const html = '<img src=x onerror=alert(1)>';

export default () => ({
  _type: 'page',
  title: 'Props',
  children: [
    { _type: 'text', value: 'a', dangerouslySetInnerHTML: { __html: html } },
    { _type: 'text', value: 'b', style: { background: 'url(https://evil.test/b)' } },
    { _type: 'container', children: ['c'], style: 'background:url(https://evil.test/c)' },
    { _type: 'iframe', srcDoc: '<script>parent.alert(1)</script>' },
    { _type: 'image', src: '/favicon.svg', alt: 'd', srcDoc: html, onError: 'alert(1)' },
    JSON.parse('{"_type":"text","value":"e","__proto__":{"dangerouslySetInnerHTML":{"__html":"x"}}}'),
    { _type: 'text', value: 'f', constructor: { prototype: { x: 1 } } },
    { _type: '__proto__', value: 'g' },
    { _type: 'constructor' },
    { _type: 'toString' },
    { _type: 'button', text: 'h', onPressed: { _type: 'listener', code: 'AAAA.BBBB' } },
    { _type: 'text', value: 'the end' },
  ],
});
