/** Pillow's numbers for its filters, as `resample` in a preprocessor configuration gives them. */
export const resampling = {
	nearest: 0,
	lanczos: 1,
	bilinear: 2,
	bicubic: 3,
	box: 4,
	hamming: 5
} as const;

export type Resampling = (typeof resampling)[keyof typeof resampling];

export interface ResampleFilter {
	/** Half of the filter's width at scale 1, source pixels. */
	readonly support: number;
	readonly weight: (distance: number) => number;
}

/** The name of a filter by Pillow's number, or undefined. */
export function resamplingName(resample: number): string | undefined {
	return Object.entries(resampling).find(([, number]) => number === resample)?.[0];
}

/**
 * The convolution filters of Pillow's Resample.c in double precision, by their numbers. Nearest is
 * no convolution and is not here. `Math.sin` may differ from the C library's in the last of 53 bits,
 * which the 22 bits of a weight do not show.
 */
export const resampleFilters: Readonly<Record<Exclude<Resampling, 0>, ResampleFilter>> = {
	[resampling.lanczos]: {
		support: 3,
		weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)
	},
	[resampling.bilinear]: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
	[resampling.bicubic]: { support: 2, weight: (x) => bicubic(Math.abs(x)) },
	[resampling.box]: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
	[resampling.hamming]: { support: 1, weight: (x) => hamming(Math.abs(x)) }
};

function sinc(x: number): number {
	return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Convolution with a = -0.5. */
function bicubic(x: number): number {
	if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
	if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
	return 0;
}

// Float constants in the source of Pillow, and float32 they stay.
const hammingMean = Math.fround(0.54);
const hammingSwing = Math.fround(0.46);

function hamming(x: number): number {
	if (x === 0) return 1;
	if (x >= 1) return 0;
	return sinc(x) * (hammingMean + hammingSwing * Math.cos(x * Math.PI));
}
