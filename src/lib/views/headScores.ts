import type { Tensor } from '../tensor/tensor.js';
import type { Trace } from '../trace/trace.js';
import { entropyBits } from './entropy.js';
import { formatWeight } from './format.js';

/**
 * What a head does, in numbers. Each is a mean over queries; padding never counts, as query or as key.
 * Null where the prompt has no query of that kind.
 */
export interface HeadScore {
	readonly layer: number;
	readonly head: number;
	/** Of a row, bits: 0 looks at one key, log2(n) at n keys alike. */
	readonly entropy: number;
	/** Weight on the key just before the query. */
	readonly previousToken: number | null;
	/** Weight on the query itself. */
	readonly self: number;
	/**
	 * Weight on what came next when the query's token was last, or ever, seen: the keys k with
	 * 0 < k < query whose predecessor is the same token. Counted over the queries that have such a
	 * key; control tokens and image soft tokens repeat by construction and are left out.
	 */
	readonly induction: number | null;
	/** Weight on `<bos>`, by the queries after it. */
	readonly bos: number | null;
	/** Weight within the model's window, and beyond it; over the queries that have keys beyond. */
	readonly insideWindow: number | null;
	readonly outsideWindow: number | null;
	/** Weight on image soft tokens, by the other tokens that come after an image. */
	readonly image: number | null;
}

export type HeadScoreName = Exclude<keyof HeadScore, 'layer' | 'head'>;

type ScoredTrace = Pick<Trace, 'tokens' | 'masks' | 'model'>;

/**
 * Scores every head of one layer.
 *
 * @param attention weights of the layer, all heads, all queries and keys: `[heads, n, n]`
 * @throws RangeError if the weights are not of the whole trace
 */
export function scoreHeads(trace: ScoredTrace, layer: number, attention: Tensor): HeadScore[] {
	const [heads, queries, keys] = attention.dims;
	const length = trace.tokens.length;
	if (queries !== length || keys !== length) {
		throw new RangeError(`weights of ${queries} × ${keys} do not fit ${length} tokens`);
	}
	const plan = planScores(trace);
	const size = length * length;
	return Array.from({ length: heads }, (_, head) => ({
		layer,
		head,
		...scoreHead(attention.data.subarray(head * size, (head + 1) * size), plan)
	}));
}

interface Plan {
	readonly length: number;
	readonly window: number;
	readonly bos: number;
	readonly isReal: readonly boolean[];
	readonly isImage: readonly boolean[];
	readonly firstImage: number;
	/** By query: the keys that follow an earlier occurrence of its token. */
	readonly successors: readonly (readonly number[])[];
}

function planScores({ tokens, masks, model }: ScoredTrace): Plan {
	const isReal = masks.attentionMask.map((value) => value === 1);
	const isImage = tokens.map((token) => token.imageIndex !== null);
	const firstImage = isImage.indexOf(true);
	const { bosTokenId } = model.config.textConfig;
	const seen = new Map<number, number[]>();
	const successors = tokens.map((token, query) => {
		if (!isReal[query] || token.kind !== 'text') return [];
		const places = seen.get(token.id) ?? [];
		seen.set(token.id, [...places, query + 1]);
		return places.filter((key) => key < query);
	});
	return {
		length: tokens.length,
		window: masks.slidingWindow,
		bos: tokens.findIndex((token, i) => isReal[i] && token.id === bosTokenId),
		isReal,
		isImage,
		firstImage: firstImage < 0 ? Infinity : firstImage,
		successors
	};
}

function scoreHead(weights: Float32Array, plan: Plan): Omit<HeadScore, 'layer' | 'head'> {
	const { length, window, bos, isReal, isImage, firstImage, successors } = plan;
	const entropy = createMean();
	const previousToken = createMean();
	const self = createMean();
	const induction = createMean();
	const bosMass = createMean();
	const outside = createMean();
	const image = createMean();
	for (let query = 0; query < length; query++) {
		if (!isReal[query]) continue;
		const row = weights.subarray(query * length, (query + 1) * length);
		entropy.add(entropyBits(row));
		self.add(row[query]);
		if (query > 0 && isReal[query - 1]) previousToken.add(row[query - 1]);
		if (bos >= 0 && query > bos) bosMass.add(row[bos]);
		if (query - window >= 0 && isReal[query - window]) {
			let beyond = 0;
			for (let key = 0; key <= query - window; key++) beyond += row[key];
			outside.add(beyond);
		}
		if (!isImage[query] && query > firstImage) {
			let onImages = 0;
			for (let key = firstImage; key < length; key++) if (isImage[key]) onImages += row[key];
			image.add(onImages);
		}
		if (successors[query].length > 0) {
			induction.add(successors[query].reduce((sum, key) => sum + row[key], 0));
		}
	}
	return {
		entropy: entropy.value ?? 0,
		previousToken: previousToken.value,
		self: self.value ?? 0,
		induction: induction.value,
		bos: bosMass.value,
		insideWindow: outside.value === null ? null : 1 - outside.value,
		outsideWindow: outside.value,
		image: image.value
	};
}

function createMean() {
	let sum = 0;
	let count = 0;
	return {
		add(value: number) {
			sum += value;
			count++;
		},
		get value(): number | null {
			return count === 0 ? null : sum / count;
		}
	};
}

/** How each score is called, and what it says, for choosers and captions. */
export const headScoreNames: Readonly<Record<HeadScoreName, { name: string; meaning: string }>> = {
	entropy: { name: 'entropy', meaning: 'bits of a row: low looks at few tokens, high at many' },
	previousToken: { name: 'previous token', meaning: 'weight on the token just before' },
	self: { name: 'itself', meaning: 'weight on the query itself' },
	induction: {
		name: 'induction',
		meaning: 'weight on what followed the same token earlier, where a token repeats'
	},
	bos: { name: 'on <bos>', meaning: 'weight on the first token, the sink' },
	insideWindow: {
		name: 'inside the window',
		meaning: 'weight within the window, for queries that could look beyond it'
	},
	outsideWindow: {
		name: 'beyond the window',
		meaning: 'weight farther away than the window, for queries that have such keys'
	},
	image: { name: 'on images', meaning: 'weight that text after an image gives to its soft tokens' }
};

/** One value of a score, with its unit; `–` where the prompt has no query of that kind. */
export function formatScore(name: HeadScoreName, value: number | null): string {
	if (value === null) return '–';
	return name === 'entropy' ? `${value.toFixed(2)} bits` : formatWeight(value);
}

/** Every score of one head on two prompts. */
export function pairHeadScores(
	first: { readonly trace: ScoredTrace; readonly attention: Tensor },
	second: { readonly trace: ScoredTrace; readonly attention: Tensor },
	layer: number,
	head: number
): { name: HeadScoreName; first: number | null; second: number | null }[] {
	const [a, b] = [first, second].map(
		({ trace, attention }) => scoreHeads(trace, layer, attention)[head]
	);
	const names = Object.keys(headScoreNames) as HeadScoreName[];
	return names.map((name) => ({ name, first: a[name], second: b[name] }));
}

/**
 * Heads in the order of a score, largest first or smallest first; a head without the score comes last,
 * equal ones stay in the order of layer and head.
 */
export function sortHeads(
	scores: readonly HeadScore[],
	name: HeadScoreName,
	order: 'descending' | 'ascending' = 'descending'
): HeadScore[] {
	const sign = order === 'descending' ? -1 : 1;
	return [...scores].sort((a, b) => {
		const [x, y] = [a[name], b[name]];
		if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0);
		return sign * (x - y) || a.layer - b.layer || a.head - b.head;
	});
}
