import type { TokenScore, TraceToken } from '../trace/trace.js';
import type { WeightMatrix } from './attentionPicture.js';
import { tokenLabel } from './tokenLabel.js';

/** The twin of a picture in words and numbers: the same content, readable without seeing it. */
export interface Table {
	readonly columns: readonly string[];
	/** The first cell of a row is its header. */
	readonly rows: readonly (readonly (string | number)[])[];
}

/** A token as a row or column header: `7 ␣capital`. */
export function toHeader(token: TraceToken): string {
	return `${token.position} ${tokenLabel(token)}`;
}

/** Weights as a table: one row a query, one column a key, rounded to `digits` decimals. */
export function toAttentionTable(
	matrix: WeightMatrix,
	tokens: readonly TraceToken[],
	digits = 4
): Table {
	return toMatrixTable(matrix.queries, matrix.keys, tokens, (i) =>
		Number(matrix.weights[i].toFixed(digits))
	);
}

/** A mask as a table of `open` and `closed`. */
export function toMaskTable(
	open: Uint8Array,
	queries: number,
	keys: number,
	tokens: readonly TraceToken[]
): Table {
	return toMatrixTable(queries, keys, tokens, (i) => (open[i] === 0 ? 'closed' : 'open'));
}

/** The likeliest next tokens as a table. */
export function toScoreTable(scores: readonly TokenScore[]): Table {
	return {
		columns: ['rank', 'token', 'id', 'probability', 'logit'],
		rows: scores.map((score, i) => [
			i + 1,
			tokenLabel({ text: score.text, kind: 'text' }),
			score.id,
			Number(score.probability.toFixed(6)),
			Number(score.logit.toFixed(4))
		])
	};
}

function toMatrixTable(
	queries: number,
	keys: number,
	tokens: readonly TraceToken[],
	value: (index: number) => string | number
): Table {
	const rows = Array.from({ length: queries }, (_, query) => [
		toHeader(tokens[query]),
		...Array.from({ length: keys }, (_, key) => value(query * keys + key))
	]);
	return { columns: ['query \\ key', ...tokens.slice(0, keys).map(toHeader)], rows };
}

/** A table as comma-separated values (RFC 4180), rows ended by CRLF. */
export function toCsv(table: Table): string {
	return [table.columns, ...table.rows].map((row) => row.map(toField).join(',') + '\r\n').join('');
}

function toField(value: string | number): string {
	const text = String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
