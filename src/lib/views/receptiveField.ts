import type { AttentionMask } from '../gemma3/attentionMask.js';
import type { LayerType } from '../gemma3/configuration.js';
import { rowsMeeting, toBitRows, toFlags, toSet, uniteRows, type BitRows } from './bitRows.js';

/**
 * What can reach what through the layers' masks: exact for windows, image blocks, padding and edits,
 * because the masks themselves are followed. A position always reaches itself, through the residual
 * stream. Depth d is `hidden_states[d]`: 0 the embeddings, N after the last layer. Where heads
 * differ, an edge of any head counts.
 *
 * @param masks one a layer, `[1, 1 or heads, n, n]`
 */
export class ReceptiveField {
	readonly length: number;
	readonly #layers: readonly BitRows[];

	/** @throws RangeError if a mask is not square */
	constructor(masks: readonly AttentionMask[]) {
		const rowsOf = new Map<AttentionMask, BitRows>();
		this.#layers = masks.map((mask) => {
			const [, , queries, keys] = mask.dims;
			if (queries !== keys) throw new RangeError(`the mask is ${queries} × ${keys}, not square`);
			const rows = rowsOf.get(mask) ?? toBitRows(mask.open, keys);
			rowsOf.set(mask, rows);
			return rows;
		});
		this.length = masks[0]?.dims[2] ?? 0;
	}

	get depth(): number {
		return this.#layers.length;
	}

	/**
	 * The cone under one state: `[depth + 1][n]`, entry d the positions whose state at depth d the
	 * state of `position` at `depth` depends on. Entry `depth` is the position alone.
	 */
	cone(position: number, depth = this.depth): Uint8Array[] {
		const levels = [toSet([position], this.length)];
		for (let layer = depth - 1; layer >= 0; layer--) {
			// Under the same mask only what is new can add anything.
			const isSame = this.#layers[layer] === this.#layers[layer + 1] && levels.length > 1;
			levels.unshift(uniteRows(this.#layers[layer], levels[0], isSame ? levels[1] : undefined));
		}
		return levels.map((set) => toFlags(set, this.length));
	}

	/**
	 * How far a position has seen after each layer: `[N + 1][n]`, entry d the tokens on which its
	 * state at depth d depends. Entry 0 is the position alone.
	 */
	seen(position: number): Uint8Array[] {
		return Array.from({ length: this.depth + 1 }, (_, depth) => this.cone(position, depth)[0]);
	}

	/**
	 * Where a token's influence has spread after each layer: `[N + 1][n]`, entry d the positions whose
	 * state at depth d depends on the token. Entry 0 is the position alone.
	 */
	influenced(position: number): Uint8Array[] {
		const levels = [toSet([position], this.length)];
		for (const rows of this.#layers) levels.push(rowsMeeting(rows, levels[levels.length - 1]));
		return levels.map((set) => toFlags(set, this.length));
	}
}

/**
 * How many tokens back a text-only prompt is seen at depth d = 0, 1, …, N, the token itself counted;
 * Infinity from the first global layer on.
 */
export function textReach(layerTypes: readonly LayerType[], slidingWindow: number): number[] {
	const reach = [1];
	for (const type of layerTypes) {
		const before = reach[reach.length - 1];
		reach.push(type === 'full_attention' ? Infinity : before + slidingWindow - 1);
	}
	return reach;
}

/** A set of positions in words: `3 – 28`, `0, 5 – 20`; at most `most` runs, then `…`. */
export function describePositions(flags: ArrayLike<number>, most = 4): string {
	const runs: [number, number][] = [];
	for (let position = 0; position < flags.length; position++) {
		if (flags[position] === 0) continue;
		const last = runs.at(-1);
		if (last?.[1] === position - 1) last[1] = position;
		else runs.push([position, position]);
	}
	const words = runs.map(([start, end]) => (start === end ? `${start}` : `${start} – ${end}`));
	if (words.length === 0) return 'none';
	return words.length > most ? [...words.slice(0, most), '…'].join(', ') : words.join(', ');
}
