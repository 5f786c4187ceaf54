import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { element, escapeXml } from '../../lib/draw/svg.ts';

describe('draw/svg', () => {
  test('element escapes foreign text and attributes', () => {
    const name = `<img src=x onerror="alert('&')">`;
    assert.equal(
      element('text', { 'data-series': name }, name).markup,
      '<text data-series="&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;">&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;</text>',
    );
  });

  test('element rounds numbers to a tenth and leaves out undefined attributes', () => {
    assert.equal(element('rect', { x: -0.04, y: 12.3456, rx: undefined }).markup, '<rect x="0" y="12.3"/>');
  });

  test('escapeXml replaces characters that XML forbids', () => {
    assert.equal(escapeXml('a\u0000b\u001Bc\uD800d'), 'a\uFFFDb\uFFFDc\uFFFDd');
  });
});
