/** What two branches took at one place. */
export interface ComparedStep<Step> {
	/** Counts from 0. */
	readonly index: number;
	readonly left: Step | null;
	readonly right: Step | null;
	readonly isSame: boolean;
}

export interface BranchComparison<Step> {
	/** Steps that are the same from the beginning on. */
	readonly shared: number;
	/** Where the first difference is; null if one branch is the beginning of the other. */
	readonly firstDifference: number | null;
	/** Places from the first difference on at which both took the same again. */
	readonly sameLater: number;
	/** One a place of the longer branch. */
	readonly steps: readonly ComparedStep<Step>[];
}

/** Lays two branches side by side, place by place. */
export function compareBranches<Step>(
	left: readonly Step[],
	right: readonly Step[],
	isSame: (a: Step, b: Step) => boolean
): BranchComparison<Step> {
	const steps = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
		const a = left[index] ?? null;
		const b = right[index] ?? null;
		return { index, left: a, right: b, isSame: a !== null && b !== null && isSame(a, b) };
	});
	const different = steps.findIndex((step) => !step.isSame);
	const shared = different < 0 ? steps.length : different;
	const isReal = shared < Math.min(left.length, right.length);
	return {
		shared,
		firstDifference: isReal ? shared : null,
		sameLater: steps.slice(shared).filter((step) => step.isSame).length,
		steps
	};
}
