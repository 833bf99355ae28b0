import { expect, test } from 'vitest';
import { sanitizeHtml } from '../../src/lib/attachments/sanitizeHtml.js';
import { renderMarkdown } from '../../src/lib/notebook/markdown.js';
import { renderMath } from '../../src/lib/notebook/math.js';
import { hostileMarkdown } from '../support/hostileMarkdown.js';

const pixel =
	'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const render = (text: string) => renderMarkdown(text, { renderMath, toImageUrl: () => pixel });

const forbidden =
	'script, style, iframe, object, embed, form, base, link, meta, svg, video, audio, template, noscript';

function checkInert(fragment: DocumentFragment | HTMLElement): void {
	expect(fragment.querySelectorAll(forbidden)).toHaveLength(0);
	for (const element of fragment.querySelectorAll('*')) {
		for (const { name, value } of element.attributes) {
			expect(name).not.toMatch(/^(on|style$|srcset$|formaction$|xlink)/);
			if (name === 'src') expect(value).toMatch(/^(blob:|data:image\/png;base64,)/);
			if (name === 'href') expect(value).toMatch(/^(https?:\/\/|mailto:|#)/i);
		}
	}
}

test.for(hostileMarkdown)('%s is inert as Markdown, on its own and as HTML', async (text) => {
	let alerted = false;
	window.alert = () => void (alerted = true);
	const place = document.createElement('div');
	document.body.append(place);
	// Without the sanitiser, because the rendered text has to be safe by itself.
	place.innerHTML = render(text);
	checkInert(place);
	const raw = sanitizeHtml(text.replaceAll('https://evil.example', pixel));
	checkInert(raw);
	place.replaceChildren(raw);
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(alerted).toBe(false);
	place.remove();
});

test('what Markdown renders to passes the sanitiser unchanged', () => {
	const text = [
		'# Title\n\n*a* **b** ~~c~~ `d` $x^2$\n\n$$\n\\frac{a}{b} = \\sum_{i=1}^n \\mathbf{x}_i\n$$\n',
		'| a | b |\n| :- | -: |\n| 1 | $y$ |\n\n- [x] done\n- [ ] open\n\n3. three\n4. four\n',
		'> quote\n\n```ts\nlet a;\n```\n\n[web](https://example.org "t") [here](#a) ![p](attachment:sha256-',
		`${'0a'.repeat(32)})\n`
	].join('\n');
	for (const source of [text.replace('sha256-\n', 'sha256-'), ...hostileMarkdown]) {
		const html = render(source);
		const plain = document.createElement('div');
		plain.innerHTML = html;
		const clean = document.createElement('div');
		clean.append(sanitizeHtml(html));
		expect(clean.innerHTML).toBe(plain.innerHTML);
	}
});

test('maths is drawn by the browser', () => {
	const place = document.createElement('div');
	document.body.append(place);
	place.append(sanitizeHtml(render('$\\frac{a}{b}$')));
	const fraction = place.querySelector('mfrac')!;
	expect(fraction.namespaceURI).toBe('http://www.w3.org/1998/Math/MathML');
	expect(fraction.getBoundingClientRect().height).toBeGreaterThan(10);
	place.remove();
});

test('a picture of the document is shown, under the address that a page gives it', () => {
	const address = URL.createObjectURL(new Blob(['x'], { type: 'image/png' }));
	const text = `![a circle](attachment:sha256-${'0'.repeat(64)})`;
	const html = renderMarkdown(text, { renderMath, toImageUrl: () => address });
	const picture = sanitizeHtml(html).querySelector('img')!;
	expect(picture.getAttribute('src')).toBe(address);
	expect(picture.alt).toBe('a circle');
	URL.revokeObjectURL(address);
});
