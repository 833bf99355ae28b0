import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Comparison } from './comparison.js';
import { fullSizeRuns, runFullSizeCase } from './fullSizeCase.js';
import { runImagesCase } from './imagesCase.js';
import { runMasksCase } from './masksCase.js';
import { runModelCase } from './modelCase.js';
import { runPanAndScanCase } from './panAndScanCase.js';
import { runProcessorCase } from './processorCase.js';
import { runSamplingCase } from './samplingCase.js';
import { runTokensCase } from './tokensCase.js';

export interface GoldenCase {
	/** Path within the folder. */
	readonly name: string;
	/** Takes minutes: run only when asked for. */
	readonly slow?: boolean;
	readonly run: () => Promise<Comparison[]> | Comparison[];
}

/** A JSON file is known by its name, whatever follows it, as in `masks-2.json`. */
const FILE_CASES: readonly [RegExp, (path: string) => Promise<Comparison[]> | Comparison[]][] = [
	[/^masks.*\.json$/, runMasksCase],
	[/^tokens.*\.json$/, runTokensCase],
	[/^sampling.*\.json$/, runSamplingCase],
	[/^pan-and-scan.*\.json$/, runPanAndScanCase],
	[/^processor.*\.json$/, runProcessorCase]
];

/** Files that belong to a case of their folder, or to none. */
const COMPANIONS =
	/^(config|generation_config|tokenizer|tokenizer_config|spec|golden|package.*)\.json$/;

/**
 * Every case of a folder and the folders in it, by what lies there. A JSON file that nobody knows
 * is a case too, one that fails: a case must not go unseen.
 */
export function findCases(root: string, directory = root): GoldenCase[] {
	const entries = readdirSync(directory, { withFileTypes: true });
	const name = relative(root, directory) || basename(root);
	const has = (file: string) => existsSync(join(directory, file));
	const cases: GoldenCase[] = [];
	if (has('golden.safetensors')) {
		if (!has('spec.json')) cases.push({ name, run: () => runModelCase(directory) });
		else {
			for (const { dtype, slow } of fullSizeRuns(directory)) {
				const run = () => runFullSizeCase(directory, dtype);
				cases.push({ name: `${name} ${dtype}`, slow, run });
			}
		}
	}
	if (has('golden.json')) cases.push({ name, run: () => runImagesCase(directory) });
	for (const entry of entries) {
		const path = join(directory, entry.name);
		if (entry.isDirectory()) cases.push(...findCases(root, path));
		if (!entry.isFile() || !entry.name.endsWith('.json') || COMPANIONS.test(entry.name)) continue;
		const run = FILE_CASES.find(([pattern]) => pattern.test(entry.name))?.[1] ?? unsupported;
		cases.push({ name: relative(root, path), run: () => run(path) });
	}
	return cases.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function unsupported(path: string): never {
	throw new Error(`this kind of case is not supported yet: ${basename(path)}`);
}
