/** The query heads that read one key-value head. */
export interface KeyValueGroup {
	readonly keyValueHead: number;
	/** Consecutive, ascending. */
	readonly heads: readonly number[];
}

/**
 * Which query heads share a key-value head: head h reads head ⌊h · keyValueHeads / heads⌋.
 * Ports repeat_kv (transformers, modeling_gemma3.py).
 *
 * @throws RangeError unless the heads divide evenly
 */
export function keyValueGroups(heads: number, keyValueHeads: number): KeyValueGroup[] {
	const size = heads / keyValueHeads;
	if (!Number.isInteger(size) || size < 1) {
		throw new RangeError(`${heads} heads cannot share ${keyValueHeads} key-value heads evenly`);
	}
	return Array.from({ length: keyValueHeads }, (_, keyValueHead) => ({
		keyValueHead,
		heads: Array.from({ length: size }, (_, i) => keyValueHead * size + i)
	}));
}
