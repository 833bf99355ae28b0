import type { MaskEdit } from '../../src/lib/gemma3/attentionMask.js';
import type { LayerType } from '../../src/lib/gemma3/configuration.js';
import type { CausalMaskDescription } from '../../src/lib/gemma3/maskDescription.js';
import { createRandom } from './randomText.js';

const heads = 3;

function createDice(seed: number) {
	const next = createRandom(seed);
	/** A whole number from `low` to `high`, both included. */
	const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
	return { next, integer, chance: (probability: number) => next() < probability };
}

/** A random prompt with images, padding, a past and edits, under either rule. */
export function createMaskCase(seed: number): CausalMaskDescription {
	const random = createDice(seed);
	const useBidirectionalAttention = random.chance(0.1);
	const pastLength = !useBidirectionalAttention && random.chance(0.4) ? random.integer(1, 8) : 0;
	const queryLength = random.integer(1, 14);
	const keyLength = pastLength + queryLength;
	const batchSize = random.integer(1, 2);
	const layerTypes = Array.from({ length: random.integer(1, 4) }, (): LayerType =>
		random.chance(0.6) ? 'sliding_attention' : 'full_attention'
	);
	const row = (one: number) =>
		Array.from({ length: keyLength }, (_, index) => (Math.sin(index * one + one) > 0.2 ? 1 : 0));
	const range = () => {
		const start = random.integer(0, keyLength - 1);
		return { start, end: random.integer(start + 1, keyLength) };
	};
	const edits = Array.from({ length: random.integer(0, 4) }, (): MaskEdit => ({
		layer: random.integer(0, layerTypes.length - 1),
		...(random.chance(0.4) ? { head: random.integer(0, heads - 1) } : {}),
		queries: range(),
		keys: range(),
		open: random.chance(0.5)
	}));
	const rows = (make: () => number[]) => Array.from({ length: batchSize }, make);
	return {
		config: {
			slidingWindow: random.integer(1, 9),
			layerTypes,
			numAttentionHeads: heads,
			useBidirectionalAttention
		},
		batchSize,
		queryLength,
		pastLength,
		maskRule: random.chance(0.5) ? '5.17' : '4.56',
		edits,
		...(random.chance(0.6) ? { attentionMask: rows(() => pad(keyLength, random)) } : {}),
		...(useBidirectionalAttention || random.chance(0.2)
			? {}
			: { tokenTypeIds: rows(() => row(0.3 + random.next())) }),
		...(random.chance(0.3) ? { blocks: random.chance(0.5) } : {}),
		...(random.chance(0.3) ? { promptLength: random.integer(0, keyLength) } : {})
	};
}

/** Padding at the left, the right, or here and there. */
function pad(length: number, random: ReturnType<typeof createDice>): number[] {
	const left = random.integer(0, 3);
	const right = random.chance(0.3) ? random.integer(0, 3) : 0;
	return Array.from({ length }, (_, index) =>
		index < left || index >= length - right || random.chance(0.05) ? 0 : 1
	);
}

/** Whether the rule, without edits, opens one cell: the definition, spelled out cell by cell. */
function isOpenByRule(
	description: CausalMaskDescription,
	kind: LayerType,
	batch: number,
	query: number,
	key: number
): boolean {
	const { config, pastLength = 0, maskRule, attentionMask, tokenTypeIds } = description;
	if (attentionMask?.[batch][key] === 0) return false;
	const window = config.slidingWindow;
	if (config.useBidirectionalAttention) {
		return kind === 'full_attention' || Math.abs(query - key) < window;
	}
	const isCausal = key <= query;
	const isNear = kind === 'full_attention' || key > query - window;
	const blocks = description.blocks ?? pastLength === 0;
	const isSameImage =
		blocks &&
		tokenTypeIds !== undefined &&
		tokenTypeIds[batch]
			.slice(Math.min(query, key), Math.max(query, key) + 1)
			.every((type) => type === 1) &&
		Math.max(query, key) < (description.promptLength ?? Infinity);
	return maskRule === '4.56'
		? (isNear && isCausal) || isSameImage
		: isNear && (isCausal || isSameImage);
}

/** The rule and the edits of one layer. */
export function isOpenCell(
	description: CausalMaskDescription,
	layer: number,
	head: number,
	[batch, query, key]: readonly [number, number, number]
): boolean {
	const within = (range: MaskEdit['keys'], position: number) =>
		position >= range.start && position < range.end;
	const edit = description.edits?.findLast(
		(candidate) =>
			candidate.layer === layer &&
			(candidate.head === undefined || candidate.head === head) &&
			within(candidate.queries, query) &&
			within(candidate.keys, key)
	);
	return edit
		? edit.open
		: isOpenByRule(description, description.config.layerTypes[layer], batch, query, key);
}
