import type { TokenScore, TraceToken } from '../trace/trace.js';
import type { WeightMatrix } from './attentionPicture.js';
import { tokenLabel } from './tokenLabel.js';

/** The twin of a picture in words and numbers: the same content, readable without seeing it. */
export interface Table {
	readonly columns: readonly string[];
	/** The first cell of a row is its header. */
	readonly rows: readonly (readonly (string | number)[])[];
}

/** Tokens up to which a whole matrix is shown as a table; above, one row of it. */
export const largestTable = 64;

/** A token as a row or column header: `7 ␣capital`. */
export function toHeader(token: TraceToken): string {
	return `${token.position} ${tokenLabel(token)}`;
}

/** Weights as a table: one row a query, one column a key, with four decimals. */
export function toAttentionTable(matrix: WeightMatrix, tokens: readonly TraceToken[]): Table {
	return toMatrixTable(matrix.queries, matrix.keys, tokens, (i) => toDecimals(matrix.weights[i]));
}

/** The weights of one query, one row a key: for a matrix too large to read as a whole. */
export function toAttentionRowTable(weights: Float32Array, tokens: readonly TraceToken[]): Table {
	return {
		columns: ['key', 'weight'],
		rows: Array.from(weights, (weight, key) => [toHeader(tokens[key]), toDecimals(weight)])
	};
}

/** A mask as a table of `open` and `closed`. */
export function toMaskTable(
	open: Uint8Array,
	queries: number,
	keys: number,
	tokens: readonly TraceToken[]
): Table {
	return toMatrixTable(queries, keys, tokens, (i) => toState(open[i]));
}

/** What one query sees, one row a key. */
export function toMaskRowTable(open: Uint8Array, tokens: readonly TraceToken[]): Table {
	return {
		columns: ['key', 'mask'],
		rows: Array.from(open, (value, key) => [toHeader(tokens[key]), toState(value)])
	};
}

/** The likeliest next tokens as a table. */
export function toScoreTable(scores: readonly TokenScore[]): Table {
	return {
		columns: ['rank', 'token', 'id', 'probability', 'logit'],
		rows: scores.map((score, i) => [
			i + 1,
			tokenLabel({ text: score.text, kind: 'text' }),
			score.id,
			score.probability.toFixed(6),
			score.logit.toFixed(4)
		])
	};
}

/** Four decimals; an exact 0 stays bare, so that it stands out from what is only small. */
function toDecimals(weight: number): string {
	return weight === 0 ? '0' : weight.toFixed(4);
}

function toState(open: number): string {
	return open === 0 ? 'closed' : 'open';
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
