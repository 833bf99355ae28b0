import { expect, test } from 'vitest';
import { renderMarkdown } from '../../../src/lib/notebook/markdown.js';
import { renderMath } from '../../../src/lib/notebook/math.js';
import { NotebookError } from '../../../src/lib/notebook/notebookError.js';
import { hostileMarkdown } from '../../support/hostileMarkdown.js';
import { awkwardText } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

const hash = `sha256-${'0a'.repeat(32)}`;
const toImageUrl = () => 'blob:https://example.org/1';
const render = (text: string) => renderMarkdown(text, { renderMath, toImageUrl });

const attributes: Readonly<Record<string, RegExp>> = {
	href: /^(https?:\/\/|mailto:|#)/i,
	target: /^_blank$/,
	rel: /^noopener noreferrer nofollow$/,
	title: /^/,
	alt: /^/,
	src: /^blob:https:\/\/example\.org\/1$/,
	class: /^(language-[\w+-]{1,32}|math-error|katex)$/,
	start: /^\d+$/,
	align: /^(left|center|right)$/,
	type: /^checkbox$/,
	checked: /^$/,
	disabled: /^$/
};
const tags =
	'p h1 h2 h3 h4 h5 h6 hr br ul ol li blockquote pre code em strong del a img input table thead tbody tr th td span';

/** What an element may be called and carry; throws on anything else. The markup is ours, so strict. */
function checkHtml(html: string): void {
	const withoutMath = html.replaceAll(/<math [^<>]*>[^]*?<\/math>/g, (math) => {
		for (const [markup] of math.matchAll(/<[^>]*>?/g)) {
			expect(markup).toMatch(/^<\/?(math|semantics|annotation|m[a-z]+)( [a-z]+="[^"<>]*")*\/?>$/);
			expect(markup).not.toMatch(/ (href|src|style|class|actiontype|on[a-z]+)=/);
		}
		return '';
	});
	for (const [markup] of withoutMath.matchAll(/<[^>]*>?/g)) {
		const match = /^<\/?([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>$/.exec(markup);
		if (!match) throw new Error(`not our markup: ${markup}`);
		expect(tags.split(' ')).toContain(match[1]);
		for (const [, name, value] of match[2].matchAll(/ ([a-z]+)="([^"]*)"/g)) {
			expect(value, `${markup} ${name}`).toMatch(attributes[name] ?? /^\b$/);
		}
	}
}

test('Markdown becomes HTML', () => {
	expect(render('# A *title*\n\ntext `code` ~~old~~\n\n- a\n- b')).toBe(
		'<h1>A <em>title</em></h1>\n<p>text <code>code</code> <del>old</del></p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n'
	);
	expect(render('```ts\na < b;\n```')).toBe(
		'<pre><code class="language-ts">a &lt; b;\n</code></pre>\n'
	);
});

test('maths is typeset as MathML, prices are not maths', () => {
	const html = render('The weight $a_{ij}$ costs $5 or $6.\n\n$$\n\\sum_j a_{ij} = 1\n$$\n');
	expect(html.match(/<math /g)).toHaveLength(2);
	expect(html).toContain('display="block"');
	expect(html).toContain('costs $5 or $6.');
	expect(render('an *open* $x^2$ and `$y$`').match(/<math /g)).toHaveLength(1);
});

test('a formula that cannot be typeset is shown with the reason', () => {
	expect(render('$\\frac{1$')).toMatch(/<code class="math-error" title="KaTeX parse error/);
	expect(render(`$${'{'.repeat(60)}${'}'.repeat(60)}$`)).toContain('braces are more than 50 deep');
	expect(renderMath('x'.repeat(5001), false)).toContain('longer than 5000');
	expect(renderMath('\\def\\a{\\a\\a}\\a', false)).toContain('math-error');
});

test('pictures come from the document alone', () => {
	expect(render(`![a cat](attachment:${hash})`)).toBe(
		'<p><img src="blob:https://example.org/1" alt="a cat"></p>\n'
	);
	expect(renderMarkdown(`![a cat](attachment:${hash})`)).toBe('<p>a cat</p>\n');
	expect(render('![a cat](https://example.org/cat.png)')).toBe('<p>a cat</p>\n');
	expect(render('![a cat](data:image/svg+xml,<svg>)')).not.toContain('<img');
});

test('links lead to web pages, mail and this page, others are text', () => {
	expect(render('[a](https://example.org/?a=1&b="2")')).toContain(
		'<a href="https://example.org/?a=1&amp;b=&quot;2&quot;" target="_blank" rel="noopener noreferrer nofollow">a</a>'
	);
	expect(render('[a](#mask-1)')).toBe('<p><a href="#mask-1">a</a></p>\n');
	for (const href of [
		'javascript:alert(1)',
		'JaVaScRiPt:alert(1)',
		'data:text/html,x',
		'vbscript:x',
		'//evil.example',
		'/path',
		'file:///etc',
		'blob:x',
		'&#106;avascript:alert(1)',
		'java&#10;script:x'
	]) {
		expect(render(`[a](<${href}>)`), href).not.toContain('<a');
	}
});

test.for(hostileMarkdown)('%s runs and loads nothing', (text) => {
	checkHtml(render(text));
});

test('any text renders to our own markup alone', () => {
	const random = createRandom(61);
	const pieces = [
		...hostileMarkdown,
		'# ',
		'- ',
		'> ',
		'1. ',
		'|',
		'---',
		'\n',
		'\n\n',
		'```',
		'`',
		'**',
		'_',
		'$',
		'$$',
		'[',
		'](',
		')',
		'!',
		'<',
		'>',
		'"',
		"'",
		'&',
		'\\',
		'    '
	];
	for (let i = 0; i < 3000; i++) {
		const text = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
			random() < 0.3 ? awkwardText(random) : pieces[Math.floor(random() * pieces.length)]
		).join('');
		try {
			checkHtml(render(text));
		} catch (error) {
			if (!(error instanceof NotebookError))
				throw new Error(`${JSON.stringify(text)}: ${error}`, { cause: error });
		}
	}
});

test('text that was made to stall is rendered or refused soon', () => {
	const pieces = [
		'*',
		'_',
		'[',
		'![',
		'`',
		'<',
		'>',
		'> ',
		'- ',
		'&',
		'|',
		'](',
		'*a _b ',
		'[a](',
		'1. ',
		'<a ',
		'<!--',
		'$',
		'$$',
		'$$\n',
		'x\n$$y\n',
		'a\n\n',
		'$a',
		'**a',
		'[a]: b\n',
		'a_',
		'-|-\n',
		'`` ` ',
		'*_',
		'~',
		'a_ b\n\n',
		'\\$',
		'${'
	];
	const times = pieces.map((piece): [string, number] => {
		const text = piece.repeat(Math.ceil(100_000 / piece.length)).slice(0, 100_000);
		const before = performance.now();
		try {
			render(text);
		} catch (error) {
			expect(error).toBeInstanceOf(NotebookError);
		}
		return [piece, performance.now() - before];
	});
	const nested = Array.from({ length: 300 }, (_, i) => `${'  '.repeat(i)}- a`).join('\n');
	expect(() => render(nested)).toThrow('nested more than');
	const [[piece, slowest]] = times.sort(([, a], [, b]) => b - a);
	console.log(
		`100,000 characters of ${JSON.stringify(piece)} took ${slowest.toFixed(0)} ms, the slowest`
	);
	expect(slowest).toBeLessThan(5000);
});
