import type { AttentionMask } from './attentionMask.js';

/** A prompt with the masks of both layer kinds, `[1, 1, length, length]`. */
export interface MaskPicture {
	readonly tokens: readonly string[];
	/** By position: which image block a token belongs to, or -1. */
	readonly blockOf: ArrayLike<number>;
	readonly full_attention: AttentionMask;
	readonly sliding_attention: AttentionMask;
}

const open = '■';
const closed = '⬚';
const separator = '    |    ';
const green = '\u001b[92m';
const yellow = '\u001b[93m';
const reset = '\u001b[0m';

/**
 * Both masks side by side as text, rows labelled with the token and its index, columns with the
 * index read downwards. Follows the layout of transformers' attention_visualizer.py; there, the right
 * pane knows neither padding nor which image a token belongs to.
 *
 * @param options.ansi colours as the reference's: the diagonal green, images yellow
 */
export function toMaskText(
	picture: MaskPicture,
	options: { readonly title: string; readonly ansi?: boolean }
): string {
	const { tokens, blockOf, full_attention, sliding_attention } = picture;
	const color = (code: string, text: string) => (options.ansi ? `${code}${text}${reset}` : text);
	const labels = tokens.map(quote);
	const labelWidth = Math.max(...labels.map((label) => [...label].length));
	const indexWidth = Math.max(2, String(tokens.length).length);
	const margin = ' '.repeat(labelWidth + indexWidth + 3);
	const isImage = (position: number) => blockOf[position] >= 0;

	const toRow = (mask: AttentionMask, query: number) =>
		tokens
			.map((_, key) => {
				if (mask.open[query * tokens.length + key] === 0) return closed;
				if (isImage(key) && blockOf[key] === blockOf[query]) return color(yellow, open);
				return key === query ? color(green, open) : open;
			})
			.join(' ');
	const rows = labels.map((label, query) => {
		const name = label + ' '.repeat(labelWidth - [...label].length);
		const left = `${isImage(query) ? color(yellow, name) : name}: ${String(query).padStart(indexWidth)}`;
		return `${left} ${toRow(full_attention, query)}${separator}${toRow(sliding_attention, query)}`;
	});

	const digits = tokens.map((_, position) =>
		String(position).padStart(String(tokens.length).length)
	);
	const header = Array.from({ length: digits[0].length }, (_, line) => {
		const indices = digits
			.map((index, position) => (isImage(position) ? color(yellow, index[line]) : index[line]))
			.join(' ');
		return `${margin}${indices}${separator}${indices}`;
	});

	const legend = options.ansi
		? ` ${color(green, open)}: i == j (diagonal)   ${color(yellow, open)}: token_type_ids`
		: ` ${open}: attends   ${closed}: does not`;
	const names = 'Attention Matrix '.padEnd(tokens.length * 2 - 1 + separator.length);
	const title = `##  ${options.title}  ##`;
	const border = '#'.repeat([...title].length);
	return [
		border,
		title,
		border,
		legend,
		`${margin}${names}Sliding Window Mask`,
		...header,
		...rows,
		border
	].join('\n');
}

const escapes: Readonly<Record<string, string>> = {
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\\': '\\\\'
};

/** A token in quotes, with what cannot be printed escaped, as Python's repr does. */
function quote(token: string): string {
	const mark = token.includes("'") && !token.includes('"') ? '"' : "'";
	const text = token.replace(/[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => {
		const code = character.codePointAt(0)!;
		const [prefix, width] = code > 0xffff ? ['\\U', 8] : code > 0xff ? ['\\u', 4] : ['\\x', 2];
		return escapes[character] ?? prefix + code.toString(16).padStart(width, '0');
	});
	return mark + (mark === "'" ? text.replaceAll("'", "\\'") : text) + mark;
}
