/** How logits are changed before a token is drawn. Hugging Face's names; every field is set. */
export interface SamplingParameters {
	/** 1 changes nothing; above 1 makes tokens that are already there less likely. */
	readonly repetitionPenalty: number;
	/** 1 changes nothing. */
	readonly temperature: number;
	/** How many of the largest logits stay, ties with the last one included; 0 keeps all. */
	readonly topK: number;
	/** Probability that the likeliest tokens together must exceed; 1 keeps all. */
	readonly topP: number;
	/** Least probability, as a part of the largest one; null keeps all. */
	readonly minP: number | null;
}

/** The parameters under which every stage leaves the logits as they are. */
const neutralSampling: SamplingParameters = {
	repetitionPenalty: 1,
	temperature: 1,
	topK: 0,
	topP: 1,
	minP: null
};

/** What each parameter must be, in words and as a test. The rules are the reference's. */
export const samplingRules: {
	readonly [Name in keyof SamplingParameters]: {
		readonly expected: string;
		readonly isValid: (value: unknown) => boolean;
	};
} = {
	repetitionPenalty: { expected: 'a number above 0', isValid: isPositive },
	temperature: {
		expected: 'a number above 0 (for the likeliest token every time, turn sampling off)',
		isValid: isPositive
	},
	topK: {
		expected: 'a whole number that is 0 (keep all) or more',
		isValid: (value) => Number.isSafeInteger(value) && (value as number) >= 0
	},
	topP: { expected: 'a number from 0 to 1', isValid: isUnit },
	minP: {
		expected: 'a number from 0 to 1, or null (keep all)',
		isValid: (value) => value === null || isUnit(value)
	}
};

/**
 * Fills in neutral values for what is left out, and checks the rest.
 *
 * @throws RangeError naming the parameter and its value, if it breaks a rule of the reference
 */
export function toSamplingParameters(
	parameters: Partial<SamplingParameters> = {}
): SamplingParameters {
	const result = { ...neutralSampling };
	for (const name of Object.keys(samplingRules) as (keyof SamplingParameters)[]) {
		const value = parameters[name];
		if (value === undefined) continue;
		const { expected, isValid } = samplingRules[name];
		if (!isValid(value)) throw new RangeError(`${name} must be ${expected}, got ${String(value)}`);
		Object.assign(result, { [name]: value });
	}
	return result;
}

function isPositive(value: unknown): boolean {
	return Number.isFinite(value) && (value as number) > 0;
}

function isUnit(value: unknown): boolean {
	return Number.isFinite(value) && (value as number) >= 0 && (value as number) <= 1;
}
