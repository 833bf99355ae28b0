import type { TraceImage } from '../trace/trace.js';
import { formatShare } from './format.js';

/** What one query gives to a picture of the prompt. */
export interface PictureShare {
	readonly picture: number;
	/** Of all soft tokens of the picture together. */
	readonly total: number;
	/** Of the whole picture's square. */
	readonly whole: number;
	/** Of each crop, in order. */
	readonly crops: readonly number[];
	/** Soft tokens that the mask leaves open to the query, of how many. */
	readonly open: number;
	readonly count: number;
}

/**
 * How much of one query's attention goes to each picture and each of its squares.
 *
 * @param row weights of the query, `[keys]`
 * @param open 1 where the mask leaves the key open, `[keys]`
 */
export function toPictureShares(
	images: readonly TraceImage[],
	row: ArrayLike<number>,
	open: ArrayLike<number>
): PictureShare[] {
	const shares: PictureShare[] = [];
	for (const { picture, crop, tokens } of images) {
		let mass = 0;
		let seen = 0;
		for (let key = tokens.start; key < tokens.end; key++) {
			mass += row[key] ?? 0;
			if (open[key]) seen++;
		}
		const share = (shares[picture] ??= {
			picture,
			total: 0,
			whole: 0,
			crops: [],
			open: 0,
			count: 0
		});
		shares[picture] = {
			...share,
			total: share.total + mass,
			whole: share.whole + (crop === null ? mass : 0),
			crops: crop === null ? share.crops : [...share.crops, mass],
			open: share.open + seen,
			count: share.count + tokens.end - tokens.start
		};
	}
	return shares;
}

/** A share in words: "0.61 of row 28 goes to picture 1: 0.20 to the whole, 0.41 to crop 2 …". */
export function describePictureShare(share: PictureShare, query: number): string {
	const name = `picture ${share.picture + 1}`;
	if (share.open === 0) return `the mask closes ${name} to row ${query}`;
	const partly =
		share.open < share.count ? `; ${share.open} of its ${share.count} soft tokens are open` : '';
	const start = `${formatShare(share.total)} of row ${query} goes to ${name}`;
	if (share.crops.length === 0) return start + partly;
	const crops = share.crops.map((mass, i) => `${formatShare(mass)} to crop ${i + 1}`);
	return `${start}: ${formatShare(share.whole)} to the whole, ${crops.join(', ')}${partly}`;
}

/** A token that looks at a soft token, and how much. */
export interface Onlooker {
	readonly query: number;
	readonly weight: number;
}

/**
 * The queries that give most to one key, heaviest first.
 *
 * @param matrix weights `[queries, keys]`
 */
export function toOnlookers(
	matrix: { readonly queries: number; readonly keys: number; readonly weights: Float32Array },
	key: number,
	count: number
): Onlooker[] {
	return Array.from({ length: matrix.queries }, (_, query) => ({
		query,
		weight: matrix.weights[query * matrix.keys + key]
	}))
		.sort((a, b) => b.weight - a.weight || a.query - b.query)
		.slice(0, count);
}
