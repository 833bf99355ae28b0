import type { Gemma3Config } from '../gemma3/configuration.js';
import { cacheSize, checkFit, modelSize, type Machine } from '../gemma3/fit.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import { formatBytes, formatCount } from './format.js';

/** What a model asks for in one respect, beside what there is. */
export interface FitRow {
	readonly label: string;
	readonly need: string;
	/** A sentence or a figure; empty where nothing limits it. */
	readonly have: string;
}

export interface FitSheet {
	readonly rows: readonly FitRow[];
	readonly fits: boolean;
	/** What does not fit, a sentence each. */
	readonly problems: readonly string[];
	/** A choice of fewer bits or a shorter context that does fit. */
	readonly offer: { readonly dtype: WeightDtype; readonly contextLength: number } | null;
}

/** What is known of the machine; see the fit's own for the rest. */
export interface FitMachine extends Machine {
	readonly canKeep: boolean;
}

export interface FitChoice {
	readonly dtype: WeightDtype;
	/** Tokens. */
	readonly contextLength: number;
	/** Whether it is to be kept on disk. */
	readonly keep: boolean;
}

/** From most to fewest bits. */
export const weightDtypes: readonly WeightDtype[] = ['fp32', 'fp16', 'q8', 'q4'];

/** Bytes of the files beside the weights, nearly all of it tokenizer.json. */
const companionBytes = 35e6;

/** How many weights a model has, and bytes of them as published. */
export function modelWeights(config: Gemma3Config): {
	readonly count: number;
	readonly fetch: number;
} {
	const { weightCount: count, fetch } = modelSize(config, 'fp32');
	return { count, fetch };
}

/** Contexts to choose from, tokens. */
export function contextLengths({ textConfig }: Gemma3Config): number[] {
	const longest = textConfig.maxPositionEmbeddings;
	const powers = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
	return [...powers.filter((length) => length < longest), longest];
}

/**
 * All that a reader wants to know before fetching a model.
 *
 * @param fetchBytes of weight files; 0 for files that are here, null where only the configuration is
 * known: published weights are bfloat16
 */
export function fitSheet(
	config: Gemma3Config,
	choice: FitChoice,
	machine: FitMachine,
	fetchBytes: number | null
): FitSheet {
	const { dtype, contextLength, keep } = choice;
	const size = modelSize(config, dtype);
	const cache = cacheSize(config, contextLength, machine.device);
	const isKept = keep && machine.canKeep;
	const limits = isKept ? machine : { ...machine, storage: undefined };
	const { fits, problems } = checkFit(config, size, limits, contextLength);
	const onGpu = machine.device === 'webgpu';
	const rows: FitRow[] = [
		{
			label: 'to fetch',
			need: fetchBytes === 0 ? 'nothing' : formatBytes((fetchBytes ?? size.fetch) + companionBytes),
			have: fetchBytes === 0 ? 'the files are on this machine' : ''
		},
		{
			label: 'on disk',
			need: isKept ? formatBytes(size.store) : 'nothing',
			have: !isKept
				? 'fetched again next time'
				: machine.storage === undefined
					? ''
					: `${formatBytes(machine.storage)} left for this page`
		},
		{
			label: 'weights',
			need: formatBytes(size.device),
			have: onGpu
				? 'graphics memory, whose size browsers do not tell'
				: 'WebAssembly, 4.3 GB in all'
		},
		{
			label: 'keys and values',
			need: formatBytes(cache),
			have: `${onGpu ? 'the same' : 'this page'}, at ${formatCount(contextLength)} tokens`
		},
		{ label: 'embedding', need: formatBytes(size.host), have: 'memory of this page' }
	];
	const { maxWeightBytes = Infinity } = machine;
	if (onGpu && size.largestBuffer > maxWeightBytes) {
		rows.push({
			label: 'largest weight',
			need: formatBytes(size.largestBuffer),
			have: `in ${Math.ceil(size.largestBuffer / maxWeightBytes)} parts: the device binds ${formatBytes(maxWeightBytes)} at once`
		});
	}
	return { rows, fits, problems, offer: fits ? null : findOffer(config, choice, limits) };
}

/** The same dtype with a shorter context, else fewer bits; the longest context that fits. */
function findOffer(config: Gemma3Config, choice: FitChoice, machine: Machine): FitSheet['offer'] {
	const lengths = contextLengths(config)
		.filter((length) => length <= choice.contextLength)
		.reverse();
	for (const dtype of weightDtypes.slice(weightDtypes.indexOf(choice.dtype))) {
		const size = modelSize(config, dtype);
		const contextLength = lengths.find((length) => checkFit(config, size, machine, length).fits);
		if (contextLength !== undefined) return { dtype, contextLength };
	}
	return null;
}
