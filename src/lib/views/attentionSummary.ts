import type { TraceImage, TraceToken } from '../trace/trace.js';
import { formatShare } from './format.js';
import { imageLabel, tokenLabel } from './tokenLabel.js';

/** A part of one query's attention: where it goes, and how much. */
export interface AttentionShare {
	/** Sum of weights. */
	readonly weight: number;
	/** `image 1`, or the token's label. */
	readonly label: string;
	/** The key, or null for an image of several keys. */
	readonly key: number | null;
	/** The key is the query itself. */
	readonly isSelf: boolean;
}

/**
 * Where the attention of one query goes, largest share first. All soft tokens of one image count as
 * one place; a share below `least` is left out.
 *
 * @param weights weights of the query, `[keys]`
 */
export function summarizeAttention(
	weights: ArrayLike<number>,
	{ tokens, images }: { tokens: readonly TraceToken[]; images: readonly TraceImage[] },
	query: number,
	{ count = 3, least = 0.05 }: { count?: number; least?: number } = {}
): AttentionShare[] {
	const shares: AttentionShare[] = [];
	const squares = new Map<number, number>();
	for (let key = 0; key < weights.length; key++) {
		const image = tokens[key].imageIndex;
		if (image !== null) squares.set(image, (squares.get(image) ?? 0) + weights[key]);
		else {
			const label = tokenLabel(tokens[key], { length: 16 });
			shares.push({ weight: weights[key], label, key, isSelf: key === query });
		}
	}
	for (const [image, weight] of squares) {
		shares.push({ weight, label: imageLabel(images, image), key: null, isSelf: false });
	}
	return shares
		.filter((share) => share.weight >= least)
		.sort((a, b) => b.weight - a.weight)
		.slice(0, count);
}

/** The same as a sentence: "0.61 of row 28 goes to image 1, 0.18 to <bos> (0)". */
export function describeAttention(shares: readonly AttentionShare[], query: number): string {
	if (shares.length === 0) return `row ${query} is spread thin: no key gets 0.05 of it`;
	const parts = shares.map((share, i) => {
		const place = share.isSelf
			? 'itself'
			: share.key === null
				? share.label
				: `${share.label} (${share.key})`;
		return `${formatShare(share.weight)} ${i === 0 ? `of row ${query} goes ` : ''}to ${place}`;
	});
	return parts.join(', ');
}
