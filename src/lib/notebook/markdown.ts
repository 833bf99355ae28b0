import { Marked, Parser, Renderer, type TokenizerAndRendererExtension, type Tokens } from 'marked';
import { BoundedLexer } from './boundedLexer.js';
import { escapeHtml } from './html.js';
import { attachedImage } from './mentionedImages.js';

export interface MarkdownOptions {
	/** Safe HTML of a formula (see math.ts); without it a formula is shown as it was written. */
	readonly renderMath?: (tex: string, displayMode: boolean) => string;
	/** Address of an attached picture, `blob:` or `data:`; null if there is none. */
	readonly toImageUrl?: (hash: string) => string | null;
}

/**
 * Markdown (GitHub's, with `$…$` and `$$…$$`) as HTML that is safe whatever the text: HTML in it is
 * shown, not obeyed; links lead to web pages, mail or this page; pictures come from the document
 * alone. A page may still pass it through a sanitiser, as a second door.
 *
 * @throws NotebookError if the text is nested too deeply
 */
export function renderMarkdown(text: string, options: MarkdownOptions = {}): string {
	const { renderMath = asWritten } = options;
	const marked = new Marked({ gfm: true, renderer: createRenderer(options) });
	marked.use({ extensions: [blockMath(renderMath), inlineMath(renderMath)] });
	const tokens = new BoundedLexer(marked.defaults).lex(text);
	return Parser.parse(tokens, marked.defaults);
}

function createRenderer({ toImageUrl = () => null }: MarkdownOptions): Partial<Renderer> {
	return {
		html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
		code({ text, lang }: Tokens.Code) {
			const language = /^[\w+-]{1,32}/.exec(lang ?? '')?.[0];
			const className = language ? ` class="language-${language}"` : '';
			return `<pre><code${className}>${escapeHtml(text)}\n</code></pre>\n`;
		},
		codespan: ({ text }: Tokens.Codespan) => `<code>${escapeHtml(text)}</code>`,
		text(this: Renderer, token: Tokens.Text | Tokens.Escape) {
			return 'tokens' in token && token.tokens
				? this.parser.parseInline(token.tokens)
				: escapeHtml(token.text);
		},
		link(this: Renderer, { href, title, tokens }: Tokens.Link) {
			const content = this.parser.parseInline(tokens);
			if (!isSafeLink(href)) return content;
			const titled = title ? ` title="${escapeHtml(title)}"` : '';
			const outside = href.startsWith('#')
				? ''
				: ' target="_blank" rel="noopener noreferrer nofollow"';
			return `<a href="${escapeHtml(href)}"${titled}${outside}>${content}</a>`;
		},
		image({ href, title, text }: Tokens.Image) {
			const hash = attachedImage.exec(href)?.[1];
			const url = hash ? toImageUrl(hash) : null;
			if (url === null) return escapeHtml(text || 'picture');
			const titled = title ? ` title="${escapeHtml(title)}"` : '';
			return `<img src="${escapeHtml(url)}" alt="${escapeHtml(text)}"${titled}>`;
		}
	};
}

/** Whole addresses only: what a relative one leads to depends on where the document is opened. */
function isSafeLink(href: string): boolean {
	return /^(https?:\/\/|mailto:|#)/i.test(href) && URL.canParse(href, 'https://example.org');
}

type RenderMath = NonNullable<MarkdownOptions['renderMath']>;

const asWritten: RenderMath = (tex) => `<code>${escapeHtml(tex)}</code>`;

function blockMath(renderMath: RenderMath): TokenizerAndRendererExtension {
	return {
		name: 'blockMath',
		level: 'block',
		tokenizer(text) {
			const match = /^\$\$([^$]+)\$\$[ \t]*(?:\n|$)/.exec(text);
			return match ? { type: 'blockMath', raw: match[0], text: match[1].trim() } : undefined;
		},
		renderer: ({ text }) => `<p>${renderMath(text, true)}</p>\n`
	};
}

/** As in Pandoc: no space inside the dollars, no digit after them, so that prices stay prices. */
function inlineMath(renderMath: RenderMath): TokenizerAndRendererExtension {
	return {
		name: 'inlineMath',
		level: 'inline',
		start: (text) => {
			const index = text.indexOf('$');
			return index < 0 ? undefined : index;
		},
		tokenizer(text) {
			const display = /^\$\$([^$]+)\$\$/.exec(text);
			if (display) return { type: 'inlineMath', raw: display[0], text: display[1], display: true };
			const match = /^\$(?!\s)((?:\\[^]|[^$\\\n])+?)(?<!\s)\$(?!\d)/.exec(text);
			return match ? { type: 'inlineMath', raw: match[0], text: match[1] } : undefined;
		},
		renderer: ({ text, display }) => renderMath(text.trim(), display === true)
	};
}
